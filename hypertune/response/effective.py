"""Norms of effective weights W + diag(s) U, exact for every row of s, without building any."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function


def square_rows(weight: Tensor, response: tuple[Tensor, Tensor] | None) -> Tensor:
    """‖W + diag(s) U‖² = Σ_r ‖W_r‖² + 2 s_r (W_r · U_r) + s_r² ‖U_r‖², by three row reductions.

    Args:
        weight: W, of any rank; rows are counted by the first axis.
        response: U, and s_BO; None for s = 0.

    Shapes: gives (B,), or (1,) if s_BO has one row or is None.

    """
    if response is None:
        whole: Tensor = _Squares.apply(weight)
        return whole.reshape(1)
    u, s_BO = response
    found_B: Tensor = _SquareRows.apply(weight.flatten(1), u.flatten(1), s_BO)
    return found_B


def row_squares(weight: Tensor, response: tuple[Tensor, Tensor] | None) -> Tensor:
    """‖W_r + s_r U_r‖² of each row r, (B, O) or (1, O), as `square_rows`."""
    w_OI = weight.flatten(1)
    base_O: Tensor = torch.linalg.vecdot(w_OI, w_OI)
    if response is None:
        return base_O[None]
    u, s_BO = response
    cross_O, square_O = _products(w_OI, u.flatten(1))
    squares_BO: Tensor = base_O + s_BO * (2 * cross_O + s_BO * square_O)
    return squares_BO


def absolute_rows(weight: Tensor, response: tuple[Tensor, Tensor] | None) -> Tensor:
    """Σ |W + diag(s) U|, (B,) or (1,), as `square_rows`.

    One row of s costs one pass over the weights. For many, each weight row's sum is a piecewise
    linear function of its s with kinks at -W/U: sorting the kinks once serves every example.
    """
    if response is None:
        return weight.abs().sum().reshape(1)
    u, s_BO = response
    w_OI, u_OI = weight.flatten(1), u.flatten(1)
    if len(s_BO) == 1:
        return (w_OI + s_BO.T * u_OI).abs().sum().reshape(1)
    # |w + s u| = |u| |s - k| with k = -w/u: for kinks below s it is s|u| + w sign(u), above minus
    # that. Where u = 0 the kink stands at infinity and w counts by its own sign.
    sign_OI = torch.where(u_OI == 0, -w_OI.sign(), u_OI.sign())
    kinks_OI = torch.where(u_OI == 0, torch.inf, -w_OI / u_OI).detach()
    kinks_OI, order_OI = kinks_OI.contiguous().sort(1)  # as `searchsorted` wants them
    steep_OI = _from_zero((sign_OI * u_OI).gather(1, order_OI).cumsum(1))
    level_OI = _from_zero((sign_OI * w_OI).gather(1, order_OI).cumsum(1))
    below_OB = torch.searchsorted(kinks_OI.contiguous(), s_BO.T.detach().contiguous())
    steep_OB = 2 * steep_OI.gather(1, below_OB) - steep_OI[:, -1:]
    level_OB = 2 * level_OI.gather(1, below_OB) - level_OI[:, -1:]
    return (steep_OB * s_BO.T + level_OB).sum(0)


def _from_zero(sums_OI: Tensor) -> Tensor:
    return torch.cat([sums_OI.new_zeros(len(sums_OI), 1), sums_OI], 1)


class _Squares(Function):
    """The sum of squares, with one pass over the weights for its derivative instead of three."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor) -> Tensor:
        ctx.save_for_backward(weight)
        return _square(weight)

    @staticmethod
    def backward(ctx: Any, *gradient: Tensor) -> Tensor:
        (weight,), (g,) = ctx.saved_tensors, gradient
        slope: Tensor = weight * (2 * g)
        return slope


class _SquareRows(Function):
    """`square_rows` of a response; its derivatives share what operations would each have made."""

    @staticmethod
    def forward(ctx: Any, w_OI: Tensor, u_OI: Tensor, s_BO: Tensor) -> Tensor:
        cross_O, square_O = _products(w_OI, u_OI)
        ctx.save_for_backward(w_OI, u_OI, s_BO)
        ctx.products = cross_O, square_O
        return (s_BO * (2 * cross_O + s_BO * square_O)).sum(1) + _square(w_OI)

    @staticmethod
    def backward(ctx: Any, *gradient: Tensor) -> tuple[Tensor | None, ...]:
        (w_OI, u_OI, s_BO), g_B = ctx.saved_tensors, 2 * gradient[0]
        by_w, by_u, by_s = ctx.needs_input_grad
        dw_OI = du_OI = ds_BO = None
        if by_s:
            again = torch.is_grad_enabled()  # derivatives of this one are asked for
            cross_O, square_O = _products(w_OI, u_OI) if again else ctx.products
            ds_BO = torch.addcmul(cross_O, s_BO, square_O) * g_B[:, None]
        if by_w or by_u:
            dcross_O1 = (g_B @ s_BO)[:, None]
        if by_u:
            du_OI = torch.addcmul(dcross_O1 * w_OI, (g_B @ s_BO.square())[:, None], u_OI)
        if by_w:
            dw_OI = torch.addcmul(dcross_O1 * u_OI, g_B.sum(), w_OI)
        return dw_OI, du_OI, ds_BO


def _square(weight: Tensor) -> Tensor:
    flat = weight.reshape(-1)
    return torch.dot(flat, flat)


def _products(w_OI: Tensor, u_OI: Tensor) -> tuple[Tensor, Tensor]:
    """Of each row with its other, and of the other with itself."""
    return torch.linalg.vecdot(w_OI, u_OI), torch.linalg.vecdot(u_OI, u_OI)
