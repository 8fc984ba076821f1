"""The three readings of a layer: plain, responding, linearised."""

from __future__ import annotations

from collections.abc import Callable

import torch
from attrs import evolve
from torch import Tensor, nn

from hypertune.response.conditions import Conditions


class Layer(nn.Module):
    """A layer gives readings 1 and 2 by `forward` and inherits reading 3, or gives a rule for it.

    Parameters inside a child module called `response` are response parameters, all others base.
    """

    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        """The output, the weights answering to `heard.delta_BG` (plain where it is None)."""
        raise NotImplementedError

    def linearised(
        self, x: Tensor, dx: Tensor | None, heard: Conditions
    ) -> tuple[Tensor, Tensor | None]:
        """Output at the base weights, and its first-order change by the response.

        `dx` is the change of the input; None stands for zero, which costs nothing.
        """
        silent = evolve(heard, delta_BG=None)
        if heard.delta_BG is None or not self.has_response:
            if dx is None:
                return self(x, silent), None
            return _jvp(lambda x: self(x, silent), (x,), (dx,))
        zero = torch.zeros_like(heard.delta_BG)
        dx = torch.zeros_like(x) if dx is None else dx

        def answer(x: Tensor, delta_BG: Tensor) -> Tensor:
            y: Tensor = self(x, evolve(heard, delta_BG=delta_BG))
            return y

        return _jvp(answer, (x, zero), (dx, heard.delta_BG))

    @property
    def has_response(self) -> bool:
        """Whether there is anything in this layer that answers."""
        return any(name.startswith("response.") for name, _ in self.named_parameters())

    def tie(self, owner: Layer) -> None:
        """Have the weight of another layer instead of a weight of its own."""
        raise TypeError(f"a {type(self).__name__} has no weight to share")

    def squares(self, heard: Conditions) -> Tensor | None:
        """Sum of the squared effective weights, (B,) or (1,); None if it has no weights."""
        return None

    def absolutes(self, heard: Conditions) -> Tensor | None:
        """Sum of the absolute effective weights, (B,) or (1,); None if it has no weights."""
        return None

    def folded(self, delta_G: Tensor | None) -> dict[str, Tensor]:
        """Parameters of the plain torch layer that computes the same at a fixed response."""
        return {}


def _jvp(
    function: Callable[..., Tensor], at: tuple[Tensor, ...], along: tuple[Tensor, ...]
) -> tuple[Tensor, Tensor]:
    y, dy = torch.func.jvp(function, at, along)  # type: ignore[misc]  # three only with has_aux
    return y, dy
