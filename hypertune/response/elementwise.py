"""Maps of each number alone.

The Jacobian of such a map is diagonal, so the one fused kernel of its backward pass is its
forward-mode rule as well.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer

_aten = torch.ops.aten
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805  # torch's
Tangent = Callable[[Tensor, Tensor, Tensor], Tensor]  # of dx, x and y to dy


class Elementwise(Layer):
    """A map of torch without weights, and its rule for the tangent.

    The map can be differentiated twice, and so can its rule once more: where torch's own kernels
    cannot, they are written out.
    """

    def __init__(self, plain: Callable[[Tensor], Tensor], tangent: Tangent) -> None:
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
    return Elementwise(torch.relu, lambda dx, x, y: _aten.threshold_backward(dx, y, 0))


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
        share = x.sigmoid()
        return dx * (share + y * (1 - share))

    return Elementwise(nn.SiLU(), tangent)


def sigmoid() -> Elementwise:
    return Elementwise(torch.sigmoid, lambda dx, x, y: _aten.sigmoid_backward(dx, y))


def tanh() -> Elementwise:
    return Elementwise(torch.tanh, lambda dx, x, y: _aten.tanh_backward(dx, y))


def softplus(beta: float, threshold: float) -> Elementwise:
    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        dy: Tensor = _aten.softplus_backward(dx, x, beta, threshold)
        return dy

    return Elementwise(nn.Softplus(beta, threshold), tangent)


def elu(alpha: float, scale: float = 1, input_scale: float = 1) -> Elementwise:
    def plain(x: Tensor) -> Tensor:
        y: Tensor = _aten.elu(x, alpha, scale, input_scale)
        return y

    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        dy: Tensor = _aten.elu_backward(dx, alpha, scale, input_scale, False, x)
        return dy

    return Elementwise(plain, tangent)


def celu(alpha: float) -> Elementwise:
    return elu(alpha, input_scale=1 / alpha)  # torch's derivative of its celu rounds 1 / alpha


def selu() -> Elementwise:
    return elu(_SELU_ALPHA, _SELU_SCALE)


def mish() -> Elementwise:
    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        share = F.softplus(x).tanh()
        return dx * (share + x * x.sigmoid() * (1 - share.square()))

    return Elementwise(nn.Mish(), tangent)


def hardswish() -> Elementwise:
    return Elementwise(nn.Hardswish(), lambda dx, x, y: _aten.hardswish_backward(dx, x))


def hardsigmoid() -> Elementwise:
    return Elementwise(
        lambda x: F.relu6(x + 3) / 6,  # which rounds as torch's own kernel
        lambda dx, x, y: _aten.hardtanh_backward(dx, x, -3, 3) / 6,
    )


def hardtanh(min_val: float, max_val: float) -> Elementwise:
    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        dy: Tensor = _aten.hardtanh_backward(dx, x, min_val, max_val)
        return dy

    return Elementwise(nn.Hardtanh(min_val, max_val), tangent)


def relu6() -> Elementwise:
    return Elementwise(nn.ReLU6(), lambda dx, x, y: _aten.hardtanh_backward(dx, x, 0, 6))


def softsign() -> Elementwise:
    return Elementwise(nn.Softsign(), lambda dx, x, y: dx / (1 + x.abs()).square())


def logsigmoid() -> Elementwise:
    return Elementwise(nn.LogSigmoid(), lambda dx, x, y: dx * (-x).sigmoid())


def softmax(dim: int) -> Elementwise:
    """Not of each number alone, but its Jacobian is symmetric, which serves as well."""

    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        dy: Tensor = _aten._softmax_backward_data(dx, y, dim, x.dtype)
        return dy

    return Elementwise(nn.Softmax(dim), tangent)


def log_softmax(dim: int) -> Elementwise:
    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        return dx - (y.exp() * dx).sum(dim, keepdim=True)

    return Elementwise(nn.LogSoftmax(dim), tangent)


def glu(dim: int) -> Elementwise:
    """Of each number and the one that gates it."""

    def gated(x: Tensor) -> Tensor:
        value, gate = x.chunk(2, dim)
        return value * gate.sigmoid()

    def tangent(dx: Tensor, x: Tensor, y: Tensor) -> Tensor:
        share = x.chunk(2, dim)[1].sigmoid()
        dvalue, dgate = dx.chunk(2, dim)
        return dvalue * share + y * (1 - share) * dgate

    return Elementwise(gated, tangent)
