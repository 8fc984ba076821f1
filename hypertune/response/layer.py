"""The three readings of a layer: plain, responding, linearised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch
from attrs import evolve
from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response.parameters import has_response
from hypertune.response.written_norms import WrittenNorms


class Layer(nn.Module):
    """A layer gives readings 1 and 2 by `forward` and inherits reading 3, or gives a rule for it.

    It is evaluated as a pure function of its parameters, its buffers and torch's seed, all of
    which are filled in for each call. Parameters inside a `ResponseParameters` belong to the
    response, all others to the base. What a call leaves in buffers is handed to later calls:
    a persistent buffer is a statistic, shared by all examples; one made by `register_state` is a
    hidden state, with a row per row of the batch, and None where a stream begins.

    A layer made of layers inherits norms, folding and response from its parts; its own
    parameters, if it has any beside theirs, are its own business.
    """

    def __init__(self) -> None:
        super().__init__()
        self.states: frozenset[str] = frozenset()

    def register_state(self, name: str) -> None:
        """Declare a hidden state; `forward` reads it and assigns the next, detached or not."""
        self.register_buffer(name, None, persistent=False)
        self.states |= {name}

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        """The output, the weights responding to `conditioning.response_BG` (plain if None)."""
        raise NotImplementedError

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        """Output at the base weights, and its tangent: the first-order change by the response.

        `dx` is the tangent of the input; None stands for zero, which costs nothing. Buffers are
        left as they were.
        """
        plain = conditioning.unresponsive
        if conditioning.response_BG is None or not self.has_response:
            if dx is None:
                return self(x, plain), None
            return self._jvp(lambda x: self(x, plain), (x,), (dx,))
        zero = torch.zeros_like(conditioning.response_BG)
        dx = torch.zeros_like(x) if dx is None else dx

        def respond(x: Tensor, response_BG: Tensor) -> Tensor:
            y: Tensor = self(x, evolve(conditioning, response_BG=response_BG))
            return y

        return self._jvp(respond, (x, zero), (dx, conditioning.response_BG))

    @property
    def has_response(self) -> bool:
        """Whether there is anything in this layer that responds."""
        return has_response(self)

    def parts(self) -> Iterator[tuple[str, Layer]]:
        """The layers that this one is made of, by their names in it, not those inside them."""
        yield from _layers_in(self, "")

    def tie(self, owner: Layer) -> None:
        """Have the weight of another layer instead of a weight of its own."""
        raise TypeError(f"a {type(self).__name__} has no weight to share")

    def squares(self, conditioning: Conditioning) -> Tensor | None:
        """Sum of the squared effective weights, (B,) or (1,); None if it has no weights."""
        return total(part.squares(conditioning) for _, part in self.parts())

    def absolutes(self, conditioning: Conditioning) -> Tensor | None:
        """Sum of the absolute effective weights, (B,) or (1,); None if it has no weights."""
        return total(part.absolutes(conditioning) for _, part in self.parts())

    def row_squares(self, conditioning: Conditioning) -> list[Tensor]:
        """Squared norms of the rows of each effective weight, (B, O) or (1, O)."""
        return [rows for _, part in self.parts() for rows in part.row_squares(conditioning)]

    def penalised(self) -> list[Tensor]:
        """The base weights that penalties are on, each once: no biases, none that is shared."""
        return [weight for _, part in self.parts() for weight in part.penalised()]

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        """State of the plain torch layer that computes the same at a fixed response."""
        found: dict[str, Tensor] = {}
        for name, part in self.parts():
            found |= {f"{name}.{key}": value for key, value in part.folded(response_G).items()}
        return found

    def _jvp(
        self, function: Callable[..., Tensor], at: tuple[Tensor, ...], along: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor]:
        before = [(m._buffers, dict(m._buffers)) for m in self.modules() if m._buffers]

        def with_own_buffers(*at: Tensor) -> Tensor:
            for buffers, values in before:  # copies made here may be moved in place here
                buffers.update((k, None if b is None else b.clone()) for k, b in values.items())
            return function(*at)

        try:
            with WrittenNorms():
                # mypy: jvp gives three with `has_aux`
                y, dy = torch.func.jvp(with_own_buffers, at, along)  # type: ignore[misc]
        finally:  # what was assigned inside belongs to the transformation
            for buffers, values in before:
                buffers.update(values)
        return y, dy


def _layers_in(module: nn.Module, prefix: str) -> Iterator[tuple[str, Layer]]:
    for name, child in module.named_children():
        if isinstance(child, Layer):
            yield prefix + name, child
        else:
            yield from _layers_in(child, f"{prefix}{name}.")


def total(parts: Iterator[Tensor | None]) -> Tensor | None:
    """The sum; None if there is nothing to sum."""
    total: Any = None
    for part in parts:
        if part is not None:
            total = part if total is None else total + part
    found: Tensor | None = total
    return found
