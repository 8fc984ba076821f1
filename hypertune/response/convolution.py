"""The responding convolution: the response scales output channels."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.response.responding_map import RespondingMap


class Convolution2d(RespondingMap):
    """Shapes: x (B, I, height, width) to y (B, O, …); weight (O, I / groups, …).

    `options` are those of `nn.Conv2d`: stride, padding, dilation, groups, bias.
    """

    output_axis: ClassVar[int] = 1

    def __init__(
        self, inputs: int, outputs: int, kernel_size: tuple[int, int], given: int, **options: Any
    ) -> None:
        plain = nn.Conv2d(inputs, outputs, kernel_size, **options)
        super().__init__(plain.weight.data, None if plain.bias is None else plain.bias.data)
        self.stride, self.padding = plain.stride, plain.padding
        self.dilation, self.groups = plain.dilation, plain.groups
        if given:
            second = nn.Conv2d(inputs, outputs, kernel_size, **options)
            bias = None if second.bias is None else second.bias.data
            self.respond_to(given, second.weight.data, bias)

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return F.conv2d(x, weight, bias, self.stride, self.padding, self.dilation, self.groups)
