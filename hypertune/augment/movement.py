"""Where the pixels of a batch of images are, each example moved in a way of its own."""

from __future__ import annotations

from math import pi

import torch
from torch import Tensor
from torch.nn import functional as F


def cut(x_BCHW: Tensor, top_B: Tensor, left_B: Tensor, padding: int) -> Tensor:
    """Images of the same size out of ones with `padding` zeros around, from (top, left) on.

    Shapes: top_B, left_B whole, from 0 to 2 `padding`.
    """
    batch, channels, height, width = x_BCHW.shape
    wide = width + 2 * padding
    padded = F.pad(x_BCHW, [padding] * 4).contiguous()
    # every run of `width` numbers in memory is a row to choose from, so that whole rows are
    # copied instead of pixels, which takes half the time
    runs_NW = padded.view(-1).unfold(0, width, 1)
    image_BC = torch.arange(batch * channels, device=x_BCHW.device).view(batch, channels)
    row_BCH = image_BC[:, :, None] * (height + 2 * padding) + top_B.view(-1, 1, 1)
    row_BCH = row_BCH + torch.arange(height, device=x_BCHW.device)
    start_BCH = row_BCH * wide + left_B.view(-1, 1, 1)
    return runs_NW.index_select(0, start_BCH.view(-1)).view_as(x_BCHW)


def warp(
    x_BCHW: Tensor, degrees: Tensor, right: Tensor, down: Tensor, zoom: Tensor, shear: Tensor
) -> Tensor:
    """Turned and sheared around the centre, zoomed and moved; interpolated linearly, zero outside.

    Units: degrees clockwise, of the shear along the rows; pixels to the right and down.
    Shapes: degrees and the others (B,) or (1,).
    Source: the matrix of `torchvision.transforms.functional.affine`, inverted as there.
    """
    height, width = x_BCHW.shape[-2:]
    turn, slant = degrees * (pi / 180), torch.tan(shear * (pi / 180))
    cos, sin = turn.cos() / zoom, turn.sin() / zoom
    across, along = 2 / width, 2 / height  # `grid_sample` counts from -1 to 1, border to border
    # the inverse: where a pixel, so far from the centre, comes from
    by_column_B2 = torch.stack([(cos - sin * slant) * across, -sin * along], 1)
    by_row_B2 = torch.stack([(sin + cos * slant) * across, cos * along], 1)
    columns_BW = _from_centre(width, x_BCHW) - right[:, None]
    rows_BH = _from_centre(height, x_BCHW) - down[:, None]
    from_column_B2W = by_column_B2[:, :, None] * columns_BW[:, None]
    from_row_B2H = by_row_B2[:, :, None] * rows_BH[:, None]
    grid_B2HW = from_column_B2W[:, :, None, :] + from_row_B2H[:, :, :, None]
    grid_BHW2 = grid_B2HW.permute(0, 2, 3, 1).expand(len(x_BCHW), -1, -1, -1)
    return F.grid_sample(x_BCHW, grid_BHW2, mode="bilinear", align_corners=False)


def _from_centre(size: int, x: Tensor) -> Tensor:
    """How far each pixel of an axis is from the middle, (size,)."""
    return torch.arange(size, dtype=x.dtype, device=x.device) - (size - 1) / 2


def blur(x_BCHW: Tensor, sigma: Tensor, radius: int) -> Tensor:
    """Weighted means with the pixels around, their weights Gaussian; mirrored at the border.

    Units: sigma and radius in pixels; nothing is blurred where sigma is 0.
    """
    for axis in (2, 3):
        # a mirror shows no more than there is
        reach = min(radius, x_BCHW.shape[axis] - 1)
        x_BCHW = _blur_along(x_BCHW, sigma, reach, axis)
    return x_BCHW


def _blur_along(x_BCHW: Tensor, sigma: Tensor, reach: int, axis: int) -> Tensor:
    taps_K = torch.arange(-reach, reach + 1, dtype=x_BCHW.dtype, device=x_BCHW.device)
    # a hundredth of a pixel is as good as none, and no 0/0
    weight_BK = torch.exp(-0.5 * (taps_K / sigma[:, None].clamp(min=0.01)) ** 2)
    weight_BK = weight_BK / weight_BK.sum(1, keepdim=True)
    sides = (0, 0, reach, reach) if axis == 2 else (reach, reach, 0, 0)
    padded = F.pad(x_BCHW, sides, mode="reflect")
    total = torch.zeros_like(x_BCHW)
    for k, weight_B in enumerate(weight_BK.unbind(1)):
        total.addcmul_(padded.narrow(axis, k, x_BCHW.shape[axis]), weight_B.view(-1, 1, 1, 1))
    return total
