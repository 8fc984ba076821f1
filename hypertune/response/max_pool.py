"""The largest number of every window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer

Sizes = tuple[int, ...]


class MaxPool(Layer):
    """A tangent passes through where the largest number of a window stands.

    Args:
        pooled: gives those numbers, and their places in an image written as one axis.

    """

    def __init__(self, pooled: Callable[[Tensor], tuple[Tensor, Tensor]]) -> None:
        super().__init__()
        self.pooled = pooled

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self.pooled(x)[0]

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        y, places = self.pooled(x)
        if dx is None:
            return y, None
        return y, _at(places, dx)


def _at(places: Tensor, dx: Tensor) -> Tensor:
    """What stands in an image at the places of the largest, in the layout that these have."""
    if places.dim() == 4 and places.stride(1) == 1 and not places.is_contiguous():
        by_pixel = places.permute(0, 2, 3, 1)
        found = dx.permute(0, 2, 3, 1).flatten(1, 2).gather(1, by_pixel.flatten(1, 2))
        return found.view_as(by_pixel).permute(0, 3, 1, 2)
    return dx.flatten(2).gather(2, places.flatten(2)).view_as(places)


def max_pool(
    kernel_size: Sizes, stride: Sizes, padding: Sizes, dilation: Sizes, ceil_mode: bool
) -> MaxPool:
    """Windows that slide over 1 to 3 axes."""
    pool = _MAX_POOL[len(kernel_size)]
    return MaxPool(lambda x: pool(x, kernel_size, stride, padding, dilation, ceil_mode))


def adaptive_max_pool(output_size: Sizes) -> MaxPool:
    """As many windows as are asked for."""
    pool = _ADAPTIVE[len(output_size)]
    return MaxPool(lambda x: pool(x, output_size))


_MAX_POOL: dict[int, Any] = {
    1: F.max_pool1d_with_indices,
    2: F.max_pool2d_with_indices,
    3: F.max_pool3d_with_indices,
}
_ADAPTIVE: dict[int, Any] = {
    1: F.adaptive_max_pool1d_with_indices,
    2: F.adaptive_max_pool2d_with_indices,
    3: F.adaptive_max_pool3d_with_indices,
}
