"""Maps of each number alone.

The Jacobian of such a map is diagonal, so the one fused kernel of its backward pass is its
forward-mode rule as well.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from hypertune.response.conditions import Conditions
from hypertune.response.layer import Layer

_aten = torch.ops.aten
Change = Callable[[Tensor, Tensor, Tensor], Tensor]  # of dx, x and y to dy


class Elementwise(Layer):
    """A module of torch without weights, and its rule for the first-order change."""

    def __init__(self, plain: nn.Module, change: Change) -> None:
        super().__init__()
        self.plain = plain
        self.change = change

    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        y: Tensor = self.plain(x)
        return y

    def linearised(
        self, x: Tensor, dx: Tensor | None, heard: Conditions
    ) -> tuple[Tensor, Tensor | None]:
        y: Tensor = self.plain(x)
        return y, None if dx is None else self.change(dx, x, y)


def relu() -> Elementwise:
    return Elementwise(nn.ReLU(), lambda dx, x, y: _aten.threshold_backward(dx, y, 0))


def leaky_relu(negative_slope: float) -> Elementwise:
    def change(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        dy: Tensor = _aten.leaky_relu_backward(dx, x, negative_slope, False)
        return dy

    return Elementwise(nn.LeakyReLU(negative_slope), change)


def gelu(approximate: str) -> Elementwise:
    def change(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        dy: Tensor = _aten.gelu_backward(dx, x, approximate=approximate)
        return dy

    return Elementwise(nn.GELU(approximate), change)


def silu() -> Elementwise:
    def change(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        share = x.sigmoid()  # torch's own kernel of this rule cannot be differentiated again
        return dx * (share + y * (1 - share))

    return Elementwise(nn.SiLU(), change)


def sigmoid() -> Elementwise:
    return Elementwise(nn.Sigmoid(), lambda dx, x, y: _aten.sigmoid_backward(dx, y))


def tanh() -> Elementwise:
    return Elementwise(nn.Tanh(), lambda dx, x, y: _aten.tanh_backward(dx, y))
