"""Squares hidden in a batch of images, all at once."""

from __future__ import annotations

import torch
from torch import Tensor


def hide_squares(
    x_BCHW: Tensor,
    rows_BK: Tensor,
    columns_BK: Tensor,
    holes: Tensor,
    length: Tensor,
    instead_BCHW: Tensor | None = None,
) -> Tensor:
    """Hide what the first `holes` squares of side `length` cover, clipped at the border.

    What is hidden becomes zero, or what is there instead.

    Shapes: rows_BK, columns_BK the centres, K the most holes; holes, length (B,) or (1,).
    """
    used_BK = torch.arange(rows_BK.shape[1], device=x_BCHW.device) < holes[:, None]
    rows_BKH = _covered(rows_BK, length, x_BCHW.shape[-2]) & used_BK[:, :, None]
    columns_BKW = _covered(columns_BK, length, x_BCHW.shape[-1])
    # counts the squares over each pixel: K of them cost one small product, not K passes
    times_BHW = rows_BKH.to(x_BCHW.dtype).mT @ columns_BKW.to(x_BCHW.dtype)
    hidden_B1HW = (times_BHW > 0)[:, None]
    if instead_BCHW is None:
        return x_BCHW.masked_fill(hidden_B1HW, 0)
    return torch.where(hidden_B1HW, instead_BCHW, x_BCHW)


def _covered(centre_BK: Tensor, length: Tensor, size: int) -> Tensor:
    """Which of `size` pixels along one axis each square covers, (B, K, size)."""
    first_BK1 = (centre_BK - (length[:, None] / 2).floor())[:, :, None]
    pixel_S = torch.arange(size, device=centre_BK.device)
    return (pixel_S >= first_BK1) & (pixel_S < first_BK1 + length[:, None, None])
