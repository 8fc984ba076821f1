"""The responding convolution: the answer scales output channels."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.response.responding import Responding


class Convolution2d(Responding):
    """Shapes: x (B, I, height, width) to y (B, O, …); weight (O, I / groups, …).

    `options` are those of `nn.Conv2d`: stride, padding, dilation, groups, bias.
    """

    trailing = 2

    def __init__(
        self, inputs: int, outputs: int, kernel_size: tuple[int, int], given: int, **options: Any
    ) -> None:
        plain = nn.Conv2d(inputs, outputs, kernel_size, **options)
        super().__init__(plain)
        self.stride, self.padding = plain.stride, plain.padding
        self.dilation, self.groups = plain.dilation, plain.groups
        if given:
            self.answer_to(given, nn.Conv2d(inputs, outputs, kernel_size, **options))

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return F.conv2d(x, weight, bias, self.stride, self.padding, self.dilation, self.groups)
