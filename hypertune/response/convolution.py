"""Responding convolutions."""

from __future__ import annotations

from typing import Any, ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.response.responding_map import RespondingMap


class Convolution(RespondingMap):
    """Shapes: x (B, I, …) to y (B, O, …) with 1 to 3 axes of space; weight (O, I / groups, …).

    `options` are those of `nn.Conv2d` and its like: stride, padding, dilation, groups, bias.
    """

    output_axis: ClassVar[int] = 1
    name: ClassVar[str] = "Conv"

    def __init__(
        self, inputs: int, outputs: int, kernel_size: tuple[int, ...], given: int, **options: Any
    ) -> None:
        self.axes = len(kernel_size)
        make = getattr(nn, f"{self.name}{self.axes}d")
        plain = make(inputs, outputs, kernel_size, **options)
        super().__init__(plain.weight.data, None if plain.bias is None else plain.bias.data)
        self.stride, self.padding = plain.stride, plain.padding
        self.dilation, self.groups = plain.dilation, plain.groups
        self.output_padding = plain.output_padding
        if given:
            second = make(inputs, outputs, kernel_size, **options)
            bias = None if second.bias is None else second.bias.data
            self.respond_to(given, second.weight.data, bias)

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        convolve = _CONVOLVE[self.axes]
        more = self.stride, self.padding, self.dilation, self.groups
        y: Tensor = convolve(x, weight, bias, *more)
        return y


class TransposedConvolution(Convolution):
    """Shapes: as a convolution's; weight (I, O / groups, …)."""

    name: ClassVar[str] = "ConvTranspose"

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        convolve = _TRANSPOSED[self.axes]
        more = self.stride, self.padding, self.output_padding, self.groups, self.dilation
        y: Tensor = convolve(x, weight, bias, *more)
        return y

    def rows(self, weight: Tensor) -> Tensor:
        """Group after group, as the output channels stand."""
        inputs, outputs, *kernel = weight.shape
        by_group = weight.reshape(self.groups, inputs // self.groups, outputs, *kernel)
        return by_group.transpose(1, 2).flatten(0, 1).flatten(1)

    def on_weight(self, s_O: Tensor) -> Tensor:
        inputs, outputs = self.weight.shape[:2]
        s_GO = s_O.reshape(self.groups, outputs)
        s_IO = s_GO.repeat_interleave(inputs // self.groups, 0)
        return s_IO.reshape(inputs, outputs, *(1,) * self.axes)


_CONVOLVE: dict[int, Any] = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
_TRANSPOSED: dict[int, Any] = {
    1: F.conv_transpose1d,
    2: F.conv_transpose2d,
    3: F.conv_transpose3d,
}
