"""Scaled dot-product attention: torch's fused kernel, and its derivatives of any order.

Torch's fused kernels can be differentiated once and backwards. Where more is asked for, the
formula that is written out here takes their place, so nobody has to choose a kernel.

Shapes: queries, keys and values (…, T, D).
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function, forward_ad
from torch.nn import functional as F

Three = tuple[Tensor, Tensor, Tensor]


def attended(q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tensor:
    """The values, each query's weighed by how well their keys fit it.

    Gradients of any order reach all three; forward mode works by `torch.func.jvp`.
    """
    y: Tensor = _Fused.apply(q, k, v, causal)
    return y


def probabilities(q: Tensor, k: Tensor, causal: bool) -> Tensor:
    """What each query weighs the values by, (…, T, T)."""
    fits = q @ k.mT / sqrt(q.shape[-1])
    if causal:
        later = torch.ones(fits.shape[-2:], dtype=torch.bool, device=fits.device).triu(1)
        fits = fits.masked_fill(later, float("-inf"))
    return fits.softmax(-1)


def attended_tangent(
    at: Three, along: Three, causal: bool, share: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """The output and its tangent by those of queries, keys and values.

    `share`, if there is one, multiplies the probabilities (a dropout's mask).
    """
    (q, k, v), (dq, dk, dv) = at, along
    p = probabilities(q, k, causal)
    fits = p * ((dq @ k.mT + q @ dk.mT) / sqrt(q.shape[-1]))
    dp = fits - p * fits.sum(-1, keepdim=True)
    if share is not None:
        p, dp = p * share, dp * share
    return p @ v, dp @ v + p @ dv


class _Fused(Function):
    """Inputs: queries, keys, values, and whether no query reads later ones."""

    @staticmethod
    def forward(q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tensor:
        return F.scaled_dot_product_attention(q, k, v, is_causal=causal)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        *three, ctx.causal = inputs
        ctx.save_for_backward(*three)
        ctx.save_for_forward(*three)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        again = torch.is_grad_enabled()  # whether the gradients are to be differentiated
        pushed = any(_tangent(x) is not None for x in (*ctx.saved_tensors, gradient))
        with torch.enable_grad():
            # Views, so that the gradient of one input ends there, even if another is the same.
            q, k, v = (x.view_as(x).requires_grad_() for x in ctx.saved_tensors)
            if again or pushed:
                y = probabilities(q, k, ctx.causal) @ v
            else:
                y = F.scaled_dot_product_attention(q, k, v, is_causal=ctx.causal)
            found = torch.autograd.grad(
                y, (q, k, v), gradient, create_graph=again, materialize_grads=True
            )
        return *found, None

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Tensor:
        q, k, v = ctx.saved_tensors
        dq, dk, dv = tangents[:3]
        return attended_tangent((q, k, v), (dq, dk, dv), ctx.causal)[1]


def _tangent(x: Tensor) -> Tensor | None:
    """What torch's forward mode carries along with a tensor."""
    dual: Any = forward_ad.unpack_dual(x)  # type: ignore[no-untyped-call]
    tangent: Tensor | None = dual.tangent
    return tangent
