"""The tangent of a batch normalisation whose statistics are the batch's, and its transpose.

Both are affine in the input and in the tangent, with a factor for each channel (of the response's
part: for each channel of an example) that follows from two sums. That takes half of the time of
torch's kernel for the backward pass, which knows no factors of examples.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor
from torch.autograd import Function

Constants = tuple[Tensor, Tensor, Tensor, Tensor]
"""x (B, C, …), its mean (C,) and inverse deviation (C,) over the batch, and the gain (C,)."""


def batch_tangent(constants: Constants, dx: Tensor, scale_BC: Tensor, shift_BC: Tensor) -> Tensor:
    """The tangent of the output from that of the input, plus scale ⊙ x + shift.

    Gradients of any order reach these three; the constants have none.
    """
    rows = len(dx), -1
    dy: Tensor = _Push.apply(*constants, dx, scale_BC.expand(*rows), shift_BC.expand(*rows))
    return dy


def _constants(ctx: Any, inputs: tuple[Tensor, ...], output: Any) -> None:
    ctx.save_for_backward(*inputs[:4])


class _Push(Function):
    """Inputs: the constants, dx, scale, shift."""

    setup_context = staticmethod(_constants)

    @staticmethod
    def forward(*inputs: Tensor) -> Tensor:
        *constants, dx, scale_BC, shift_BC = inputs
        by_x_BC, whole_BC = _sums(dx, constants[0])
        return _mapped(constants, dx, by_x_BC, whole_BC, scale_BC, shift_BC)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        return None, None, None, None, *_Pull.apply(*ctx.saved_tensors, gradient)


class _Pull(Function):
    """The transpose of `_Push`: its part in dx has a symmetric matrix."""

    setup_context = staticmethod(_constants)

    @staticmethod
    def forward(*inputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        *constants, gradient = inputs
        by_x_BC, whole_BC = _sums(gradient, constants[0])
        return _mapped(constants, gradient, by_x_BC, whole_BC), by_x_BC, whole_BC

    @staticmethod
    def backward(ctx: Any, *tangents: Tensor) -> tuple[Tensor | None, ...]:
        return None, None, None, None, _Push.apply(*ctx.saved_tensors, *tangents)


def _sums(dx: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:
    """Those of dx ⊙ x and of dx over space, (B, C) each."""
    space = tuple(range(2, x.dim() + 1))
    return (dx * x).unsqueeze(-1).sum(space), dx.unsqueeze(-1).sum(space)


def _mapped(
    constants: list[Tensor],
    dx: Tensor,
    by_x_BC: Tensor,
    whole_BC: Tensor,
    scale_BC: Tensor | float = 0.0,
    shift_BC: Tensor | float = 0.0,
) -> Tensor:
    """Gain ⊙ slope ⊙ (dx − mean of dx − n ⊙ mean of n ⊙ dx) + scale ⊙ x + shift, n normalised."""
    x, mean_C, slope_C, gain_C = constants
    count = x.numel() / x.shape[1]
    whole_C = whole_BC.sum(0) / count
    by_normal_C = slope_C * (by_x_BC.sum(0) / count - mean_C * whole_C)
    steep_C = gain_C * slope_C
    along_C = -steep_C * slope_C * by_normal_C
    constant_C = -steep_C * whole_C - along_C * mean_C
    dy = dx * _on_channels(steep_C, x)
    dy.addcmul_(_on_channels(along_C + scale_BC, x), x)
    return dy.add_(_on_channels(constant_C + shift_BC, x))


def _on_channels(numbers: Tensor, x: Tensor) -> Tensor:
    """Of each channel (C,), or of each example's (B, C), where they stand in x."""
    rows = numbers if numbers.dim() == 2 else numbers[None]
    return rows.reshape(*rows.shape, *[1] * (x.dim() - 2))
