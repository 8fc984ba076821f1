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
        return y, dx.flatten(2).gather(2, places.flatten(2)).view_as(y)


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
