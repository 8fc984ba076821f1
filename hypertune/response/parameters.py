"""Response parameters, distinguished from base parameters by the module that holds them."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor, nn


class ResponseParameters(nn.Module):
    """A module whose parameters belong to the response; all other parameters are base.

    A layer of any depth puts its response parameters into one of these; names do not matter.
    """


class StructuredResponse(ResponseParameters):
    """U, c, V and C of `y = Wx + b + (Vδ) ⊙ (Ux) + (Cδ) ⊙ c`; V and C are zero when initialised.

    Shapes: `weight` and `bias` as those of the base; `weight_scale` and `bias_scale` (O, G), for
    O rows that are scaled and G hyperparameters that they respond to.
    """

    def __init__(self, weight: Tensor, bias: Tensor | None, rows: int, given: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.weight_scale = nn.Parameter(weight.new_zeros(rows, given))
        self.bias = None if bias is None else nn.Parameter(bias)
        self.bias_scale = None if bias is None else nn.Parameter(weight.new_zeros(rows, given))


def split_parameters(module: nn.Module) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Base and response parameters by name, detached; a shared one by its first name."""
    response = {id(p) for p in _response(module)}
    groups: tuple[dict[str, Tensor], dict[str, Tensor]] = ({}, {})
    for name, parameter in module.named_parameters():
        groups[id(parameter) in response][name] = parameter.detach()
    return groups


def has_response(module: nn.Module) -> bool:
    """Whether there is anything in a module that responds."""
    return any(True for _ in _response(module))


def _response(module: nn.Module) -> Iterator[nn.Parameter]:
    for part in module.modules():
        if isinstance(part, ResponseParameters):
            yield from part.parameters()
