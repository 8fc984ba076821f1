"""Norms of effective weights W + diag(s) U, exact for every row of s, without building any."""

from __future__ import annotations

import torch
from torch import Tensor


def square_rows(weight: Tensor, response: tuple[Tensor, Tensor] | None) -> Tensor:
    """‖W + diag(s) U‖² = Σ_r ‖W_r‖² + 2 s_r (W_r · U_r) + s_r² ‖U_r‖², by three row reductions.

    Args:
        weight: W, of any rank; rows are counted by the first axis.
        response: U, and s_BO; None for s = 0.

    Shapes: gives (B,), or (1,) if s_BO has one row or is None.

    """
    if response is None:
        return weight.square().sum().reshape(1)
    u, s_BO = response
    w_OI, u_OI = weight.flatten(1), u.flatten(1)
    cross_O = torch.linalg.vecdot(w_OI, u_OI)
    square_O = torch.linalg.vecdot(u_OI, u_OI)
    responded_B: Tensor = (s_BO * (2 * cross_O + s_BO * square_O)).sum(1)
    return w_OI.square().sum() + responded_B


def row_squares(weight: Tensor, response: tuple[Tensor, Tensor] | None) -> Tensor:
    """‖W_r + s_r U_r‖² of each row r, (B, O) or (1, O), as `square_rows`."""
    w_OI = weight.flatten(1)
    base_O: Tensor = torch.linalg.vecdot(w_OI, w_OI)
    if response is None:
        return base_O[None]
    u, s_BO = response
    u_OI = u.flatten(1)
    cross_O = torch.linalg.vecdot(w_OI, u_OI)
    square_O = torch.linalg.vecdot(u_OI, u_OI)
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
