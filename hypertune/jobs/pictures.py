"""Tensors as PNG."""

from __future__ import annotations

from io import BytesIO

import torch
from PIL import Image
from torch import Tensor


def png(x_CHW: Tensor) -> bytes:
    """A picture of one channel or three; its smallest number is black, its largest white."""
    low, high = x_CHW.amin(), x_CHW.amax()
    return _written((x_CHW - low) / (high - low).clamp(min=1e-12))


def heat_png(g_CHW: Tensor) -> bytes:
    """Numbers of both signs, summed over the channels: red above zero, blue below, else white."""
    g_HW = g_CHW.sum(0)
    g_HW = g_HW / g_HW.abs().amax().clamp(min=1e-30)
    up, down = g_HW.clamp(min=0), (-g_HW).clamp(min=0)
    return _written(torch.stack([1 - down, 1 - up - down, 1 - up]))


def _written(x_CHW: Tensor) -> bytes:
    """A picture of numbers from 0 to 1."""
    bytes_HWC = (x_CHW * 255).round().to(torch.uint8).permute(1, 2, 0).cpu()
    pixels = bytes_HWC.squeeze(-1).contiguous().numpy()
    file = BytesIO()
    Image.fromarray(pixels).save(file, format="PNG")
    return file.getvalue()
