"""Rectangles of the images of a batch, all at once.

Masks are numbers, 1 and 0: torch vectorises products and `lerp` on the CPU, but neither `where`
nor `masked_fill` with a mask that is broadcast.
"""

from __future__ import annotations

import torch
from torch import Tensor


def covered(first_BK: Tensor, length_BK: Tensor, size: int) -> Tensor:
    """1 for each pixel of an axis that lies in [first, first + length), (B, K, size)."""
    half_BK1 = (length_BK / 2)[:, :, None]
    pixel_S = torch.arange(size, dtype=first_BK.dtype, device=first_BK.device)
    # half a pixel: the middle of a pixel decides
    away_BKS = (pixel_S + 0.5) - (first_BK[:, :, None] + half_BK1)
    return away_BKS.abs_().lt_(half_BK1)


def outside(rows_BKH: Tensor, columns_BKW: Tensor) -> Tensor:
    """0 for each pixel that one of K rectangles covers and 1 for the others, (B, 1, H, W)."""
    # counts the rectangles over each pixel: K of them cost one small product, not K passes
    times_BHW = rows_BKH.mT @ columns_BKW
    return times_BHW.eq_(0)[:, None].to(rows_BKH.dtype)


def hide(x_BCHW: Tensor, shown_B1HW: Tensor, instead_BCHW: Tensor | None = None) -> Tensor:
    """What is shown of x; zero elsewhere, or what is there instead, whose memory it takes."""
    if instead_BCHW is None:
        return x_BCHW * shown_B1HW
    return instead_BCHW.lerp_(x_BCHW, shown_B1HW)


def hide_squares(
    x_BCHW: Tensor,
    rows_BK: Tensor,
    columns_BK: Tensor,
    holes: Tensor,
    length: Tensor,
    instead_BCHW: Tensor | None = None,
) -> Tensor:
    """Hide what the first `holes` squares of side `length` cover, clipped at the border.

    Shapes: rows_BK, columns_BK the centres, K the most holes; holes, length (B,) or (1,).
    """
    height, width = x_BCHW.shape[-2:]
    place_K = torch.arange(rows_BK.shape[1], dtype=length.dtype, device=length.device)
    length_BK = length[:, None] * (place_K < holes[:, None])  # no side, nothing covered
    half = (length[:, None] / 2).floor()
    rows_BKH = covered(rows_BK - half, length_BK, height)
    columns_BKW = covered(columns_BK - half, length_BK, width)
    return hide(x_BCHW, outside(rows_BKH, columns_BKW), instead_BCHW)


def hide_rectangle(
    x_BCHW: Tensor,
    top_B: Tensor,
    left_B: Tensor,
    height_B: Tensor,
    width_B: Tensor,
    instead_BCHW: Tensor | None = None,
) -> Tensor:
    """Hide one rectangle of each image."""
    rows_B1H = covered(top_B[:, None], height_B[:, None], x_BCHW.shape[-2])
    columns_B1W = covered(left_B[:, None], width_B[:, None], x_BCHW.shape[-1])
    return hide(x_BCHW, outside(rows_B1H, columns_B1W), instead_BCHW)
