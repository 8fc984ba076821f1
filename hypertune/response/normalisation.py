"""What normalisations share: a gain and a bias that respond."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import torch
from torch import Tensor, nn
from torch.autograd import Function

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer
from hypertune.response.parameters import StructuredResponse

Kernel = Callable[[Tensor], Tensor]


class Normalisation(Layer):
    """Numbers that are normalised, times a gain, plus a bias.

    A subclass normalises (`normalised`, `standardised`, `tangent`, and `kernels` to be fast) and
    names the axis along which there is a gain each. The gain at δ is gain + (Vδ) ⊙ u, the bias
    likewise bias + (Cδ) ⊙ c; u and c are one, V and C zero when initialised.

    Shapes: x (B, C, …) or (B, …, C) to y of the same; gain and bias (C,).
    """

    axis: ClassVar[int] = 1

    def __init__(self, channels: int, given: int, eps: float, gain: bool, bias: bool) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(channels)) if gain else None
        self.bias = nn.Parameter(torch.zeros(channels)) if gain and bias else None
        self.response: StructuredResponse | None = None
        if given and gain:
            c = torch.ones(channels) if bias else None
            self.response = StructuredResponse(torch.ones(channels), c, channels, given)

    def normalised(
        self,
        x: Tensor,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        move: bool = True,
    ) -> Tensor:
        """The map of torch; it moves running statistics, if there are any, unless asked not to."""
        raise NotImplementedError

    def standardised(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What is normalised, and the deviation that it was divided by."""
        raise NotImplementedError

    def tangent(self, dx: Tensor, normal: Tensor, deviation: Tensor) -> Tensor:
        """That of what is normalised: statistics of x have tangents as well."""
        raise NotImplementedError

    def kernels(self, x: Tensor) -> tuple[Tensor, Kernel] | None:
        """What is normalised, and what gives its tangent from that of x, by torch's kernels.

        The Jacobian of what is normalised is symmetric, so the kernel of its backward pass gives
        tangents. It is asked for where nobody wants derivatives by x; None if there is none.
        """
        return None

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        moved = self._moved(conditioning.response_BG)
        if moved is None or self.weight is None:
            return self.normalised(x, self.weight, self.bias)
        if len(moved[0]) == 1:  # for all examples: torch's kernel, as without a response
            weight, bias = self._at(moved)
            return self.normalised(x, weight, bias)
        gain, shift = self._along(self.weight + moved[0], x), moved[1]
        if self.bias is None or shift is None:
            return gain * self.normalised(x)
        return torch.addcmul(self._along(self.bias + shift, x), gain, self.normalised(x))

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        moved = self._moved(conditioning.response_BG)
        if dx is None and moved is None:
            return self.normalised(x, self.weight, self.bias, move=False), None
        y, normal, dnormal = self._with_tangent(x, dx)
        gain = None if self.weight is None else self._along(self.weight, x)
        if moved is None or gain is None:
            return y, dnormal if dnormal is None or gain is None else dnormal * gain
        by_gain = self._along(moved[0], x)
        if moved[1] is None:
            dy = by_gain * normal
        else:
            dy = torch.addcmul(self._along(moved[1], x), by_gain, normal)
        return y, dy if dnormal is None else torch.addcmul(dy, gain, dnormal)

    def _with_tangent(self, x: Tensor, dx: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
        """The output at the base weights, what is normalised, and the tangent of that."""
        fast = None if x.requires_grad else self.kernels(x)
        if fast is None:
            normal, deviation = self.standardised(x)
            dnormal = None if dx is None else self.tangent(dx, normal, deviation)
            return self.normalised(x, self.weight, self.bias, move=False), normal, dnormal
        normal, kernel = fast
        y = normal
        if self.weight is not None and self.bias is not None:
            y = torch.addcmul(self._along(self.bias, x), self._along(self.weight, x), normal)
        elif self.weight is not None:
            y = self._along(self.weight, x) * normal
        return y, normal, None if dx is None else symmetric(dx, kernel)

    def _at(self, moved: tuple[Tensor, Tensor | None]) -> tuple[Tensor | None, Tensor | None]:
        """Gain and bias at one response, (C,) each."""
        both = zip((self.weight, self.bias), moved, strict=True)
        weight, bias = (own if own is None or by is None else own + by[0] for own, by in both)
        return weight, bias

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        plain = {name: x.detach() for name, x in self.named_parameters(recurse=False)}
        moved = self._moved(None if response_G is None else response_G[None])
        if moved is not None:
            at = zip(("weight", "bias"), self._at(moved), strict=True)
            plain |= {name: value.detach() for name, value in at if value is not None}
        return plain | dict(self.named_buffers())

    def _moved(self, response_BG: Tensor | None) -> tuple[Tensor, Tensor | None] | None:
        """By how much gain and bias respond, (B, C) each."""
        response = self.response
        if response_BG is None or response is None:
            return None
        gain_BC = response_BG @ response.weight_scale.T * response.weight
        if response.bias is None or response.bias_scale is None:
            return gain_BC, None
        return gain_BC, response_BG @ response.bias_scale.T * response.bias

    def _along(self, channels: Tensor, x: Tensor) -> Tensor:
        """Numbers for each channel (C,), or each example's (B, C), where they stand in x."""
        shape = [1] * x.dim()
        shape[0] = len(channels) if channels.dim() == 2 else 1
        shape[self.axis] = -1
        return channels.reshape(shape).to(x.dtype)


def symmetric(dx: Tensor, kernel: Kernel) -> Tensor:
    """A linear map of dx with a symmetric matrix, which is its own backward pass."""
    found: Tensor = _Symmetric.apply(dx, kernel)
    return found


class _Symmetric(Function):
    @staticmethod
    def forward(dx: Tensor, kernel: Kernel) -> Tensor:
        return kernel(dx)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Kernel], output: Tensor) -> None:
        ctx.kernel = inputs[1]

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return symmetric(gradient, ctx.kernel), None
