"""The largest number of every window."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer

Pair = tuple[int, int]


class MaxPool2d(Layer):
    """A tangent passes through where the largest number of a window stands."""

    def __init__(
        self, kernel_size: Pair, stride: Pair, padding: Pair, dilation: Pair, ceil_mode: bool
    ) -> None:
        super().__init__()
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.dilation, self.ceil_mode = dilation, ceil_mode

    def _pooled(self, x_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        return F.max_pool2d_with_indices(
            x_BCHW, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode
        )

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self._pooled(x)[0]

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        y, places = self._pooled(x)
        if dx is None:
            return y, None
        return y, dx.flatten(2).gather(2, places.flatten(2)).view_as(y)
