"""Colours of a batch of images, each example with a value of its own, as torchvision does it.

Every function takes pixels from 0 to 1; one whose name ends in `_` changes them in place, as in
torch, since at this size new memory costs more than arithmetic.

Shapes: x_BCHW with any channels; only three of them have colours. Values are (B,) or (1,).
"""

from __future__ import annotations

import torch
from torch import Tensor

_RED, _GREEN, _BLUE = 0.2989, 0.587, 0.114  # of ITU-R 601, as torchvision rounds them


def brighten_(x_BCHW: Tensor, factor: Tensor) -> Tensor:
    """Pixels times `factor`."""
    return x_BCHW.mul_(factor.view(-1, 1, 1, 1)).clamp_(0, 1)


def contrast_(x_BCHW: Tensor, factor: Tensor) -> Tensor:
    """Away from the mean grey of the image by `factor`."""
    return _blend_(x_BCHW, _grey(x_BCHW.mean((2, 3), keepdim=True)), factor)


def saturate_(x_BCHW: Tensor, factor: Tensor) -> Tensor:
    """Away from each pixel's grey by `factor`; images without colours stay as they are."""
    return _blend_(x_BCHW, _grey(x_BCHW), factor) if x_BCHW.shape[1] == 3 else x_BCHW


def turn_hue_(x_BCHW: Tensor, turn: Tensor) -> Tensor:
    """Hues turned by `turn`, in whole turns; images without colours stay as they are.

    With chroma C, least channel m and hue h in turns, a channel of HSV's hexagon is
    m + C clamp(6 |frac(h + n/3) - 1/2| - 1, 0, 1), where n is 0, 2, 4 for red, green, blue: no
    sextants, and so nothing to gather.

    Source: Smith 1978, Color gamut transform pairs; written as one function of the hue.
    """
    if x_BCHW.shape[1] != 3:
        return x_BCHW
    hue_BHW, chroma_BHW, least_BHW = _hue(x_BCHW)
    # all is above zero, for what `frac_` leaves of a negative number is negative
    hue_BHW += (turn + 2).view(-1, 1, 1)
    corner_C11 = torch.arange(3, dtype=x_BCHW.dtype, device=x_BCHW.device).view(3, 1, 1) * (2 / 3)
    x_BCHW.copy_(hue_BHW[:, None]).add_(corner_C11).frac_().sub_(0.5).abs_()
    x_BCHW.mul_(6).sub_(1).clamp_(0, 1)
    return x_BCHW.mul_(chroma_BHW[:, None]).add_(least_BHW[:, None])


def keep_bits(x_BCHW: Tensor, bits: Tensor) -> Tensor:
    """The highest `bits` bits of each pixel."""
    levels = torch.exp2(bits).view(-1, 1, 1, 1)
    return (x_BCHW * levels).floor_().clamp_(max=levels - 1).div_(levels)


def invert_from(x_BCHW: Tensor, threshold: Tensor) -> Tensor:
    """Pixels inverted from `threshold` on."""
    bright_BCHW = x_BCHW.clone().ge_(threshold.view(-1, 1, 1, 1))  # 1 and 0
    return bright_BCHW.sub_(x_BCHW).abs_()


def stretch(x_BCHW: Tensor) -> Tensor:
    """Each channel of each image from 0 to 1; one of a single colour stays as it is."""
    low_BC11, high_BC11 = x_BCHW.amin((2, 3), keepdim=True), x_BCHW.amax((2, 3), keepdim=True)
    flat_BC11 = low_BC11 == high_BC11
    range_BC11 = (high_BC11 - low_BC11).masked_fill_(flat_BC11, 1)
    return (x_BCHW - low_BC11.masked_fill_(flat_BC11, 0)).div_(range_BC11).clamp_(0, 1)


def _grey(x_BCHW: Tensor) -> Tensor:
    """Luminance, (B, 1, H, W); of images without colours, the mean of their channels."""
    if x_BCHW.shape[1] != 3:
        return x_BCHW.mean(1, keepdim=True)
    grey_BHW = x_BCHW[:, 0] * _RED
    grey_BHW.add_(x_BCHW[:, 1], alpha=_GREEN).add_(x_BCHW[:, 2], alpha=_BLUE)
    return grey_BHW[:, None]


def _blend_(x_BCHW: Tensor, other: Tensor, factor: Tensor) -> Tensor:
    """`other` at factor 0, x at 1, and further at more; other is used up."""
    factor = factor.view(-1, 1, 1, 1)
    return x_BCHW.mul_(factor).add_(other.mul_(1 - factor)).clamp_(0, 1)


def _hue(x_BCHW: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Hue in turns, from -1/6 to 5/6, chroma and least channel."""
    red, green, blue = x_BCHW.unbind(1)
    least = torch.minimum(red, green)
    torch.minimum(least, blue, out=least)
    most = torch.maximum(red, green)
    torch.maximum(most, blue, out=most)
    # numbers, 1 and 0, since `lerp` is vectorised on the CPU and `where` is not
    is_red, is_green = red.clone().eq_(most), green.clone().eq_(most)
    chroma = most.sub_(least)
    from_green = (blue - red).add_(chroma, alpha=2)
    sixths = (red - green).add_(chroma, alpha=4).lerp_(from_green, is_green)
    torch.sub(green, blue, out=from_green)
    sixths.lerp_(from_green, is_red)
    # where there is no chroma there is no hue: 0 instead of 0/0
    torch.clamp(chroma, min=torch.finfo(chroma.dtype).tiny, out=from_green)
    return sixths.div_(from_green).div_(6), chroma, least
