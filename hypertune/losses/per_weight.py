"""Penalties with a strength for each weight, at the memory of no copy of the weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from attrs import frozen
from torch import Tensor
from torch.autograd import Function
from torch.autograd.function import FunctionCtx


@frozen
class Norm:
    """An elementwise function of the weights; its derivative is factor × slope(w)."""

    value: Callable[[Tensor], Tensor]
    slope: Callable[[Tensor], Tensor]
    factor: float


SQUARES = Norm(torch.square, lambda w: w, 2.0)
ABSOLUTES = Norm(torch.abs, torch.sign, 1.0)


def penalty(strengths_P: Tensor, weights: Sequence[Tensor], norm: Norm) -> Tensor:
    """The sum over all weights of strength × norm(weight).

    Args:
        strengths_P: a value for each number of the weights, in their order.
        weights: of any shapes.
        norm: of a weight.

    """
    pieces = torch.split(strengths_P, [weight.numel() for weight in weights])
    terms: list[Tensor] = [
        _Penalty.apply(piece.view_as(weight).to(weight.device), weight, norm)
        for piece, weight in zip(pieces, weights, strict=True)
    ]
    return torch.stack([term.to(strengths_P.device) for term in terms]).sum()


class _Penalty(Function):
    """That of one tensor, which keeps strengths and weights alone for its derivatives.

    Operations of torch in its place keep two products as large as the weights for a second
    derivative, and give the first as a view, to which autograd adds no other in place.
    """

    @staticmethod
    def forward(ctx: FunctionCtx, strength: Tensor, weight: Tensor, norm: Norm) -> Tensor:
        ctx.save_for_backward(strength, weight)
        ctx.save_for_forward(strength, weight)
        ctx.norm = norm  # type: ignore[attr-defined]
        return torch.vdot(strength.flatten(), norm.value(weight).flatten().to(strength.dtype))

    @staticmethod
    def backward(ctx: Any, *gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        strength, weight = ctx.saved_tensors
        (g,), norm = gradient, ctx.norm
        by_strength = norm.value(weight).mul_(g) if ctx.needs_input_grad[0] else None
        by_weight = (strength * norm.slope(weight)).mul_(norm.factor * g)
        return by_strength, by_weight if ctx.needs_input_grad[1] else None, None

    @staticmethod
    def jvp(ctx: Any, *tangents: Tensor) -> Tensor:
        strength, weight = ctx.saved_tensors
        by_strength, by_weight, _ = tangents
        norm: Norm = ctx.norm
        moved = norm.factor * strength * norm.slope(weight) * by_weight
        found: Tensor = (norm.value(weight) * by_strength + moved).sum()
        return found
