"""Maps of each number alone.

The Jacobian of such a map is diagonal, so the one fused kernel of its backward pass is its
forward-mode rule as well.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer

_aten = torch.ops.aten
Tangent = Callable[[Tensor, Tensor, Tensor], Tensor]  # of dx, x and y to dy


class Elementwise(Layer):
    """A module of torch without weights, and its rule for the tangent."""

    def __init__(self, plain: nn.Module, tangent: Tangent) -> None:
        super().__init__()
        self.plain = plain
        self.tangent = tangent

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y: Tensor = self.plain(x)
        return y

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        y: Tensor = self.plain(x)
        return y, None if dx is None else self.tangent(dx, x, y)


def relu() -> Elementwise:
    return Elementwise(nn.ReLU(), lambda dx, x, y: _aten.threshold_backward(dx, y, 0))


def leaky_relu(negative_slope: float) -> Elementwise:
    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        dy: Tensor = _aten.leaky_relu_backward(dx, x, negative_slope, False)
        return dy

    return Elementwise(nn.LeakyReLU(negative_slope), tangent)


def gelu(approximate: str) -> Elementwise:
    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        dy: Tensor = _aten.gelu_backward(dx, x, approximate=approximate)
        return dy

    return Elementwise(nn.GELU(approximate), tangent)


def silu() -> Elementwise:
    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        share = x.sigmoid()  # torch's own kernel of this rule cannot be differentiated again
        return dx * (share + y * (1 - share))

    return Elementwise(nn.SiLU(), tangent)


def sigmoid() -> Elementwise:
    return Elementwise(nn.Sigmoid(), lambda dx, x, y: _aten.sigmoid_backward(dx, y))


def tanh() -> Elementwise:
    return Elementwise(nn.Tanh(), lambda dx, x, y: _aten.tanh_backward(dx, y))
