"""Windows that slide over the height and width of an image."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from hypertune.catalogue import Arg, Args, WrongShape
from hypertune.ir import Shape

Pair = tuple[int, int]

KERNEL_SIZE = Arg("kernel_size", "size", "height and width of a window", low=1)
STRIDE = Arg("stride", "size", "step of the window; that of its size if unsaid", None, low=1)
PADDING = Arg("padding", "size", "rows and columns added on every side", 0, low=0)
DILATION = Arg("dilation", "size", "step within a window", 1, low=1)
CEIL_MODE = Arg("ceil_mode", "bool", "whether a window may reach over the edge", False)


def pair(args: Args, name: str) -> Pair:
    """An argument of type `size` as height and width.

    Raises:
        WrongShape: if it has another number of sizes.

    """
    size: Any = args[name]
    if not isinstance(size, tuple):
        return size, size
    if len(size) != 2:
        raise WrongShape(
            f"`{name}` has {len(size)} numbers, an image has two axes",
            "write one number, or height and width as `(3, 3)`",
        )
    return size[0], size[1]


def stride_of(args: Args) -> Pair:
    """The stride of a pooling: where none is written, windows stand side by side."""
    return pair(args, "kernel_size" if args["stride"] is None else "stride")


def pooled(args: Args, shape: Shape) -> Shape:
    """Channels, height and width after pooling.

    Raises:
        WrongShape: if a window does not fit, or sees nothing but padding.

    """
    channels, *image = shape
    kernel, stride, padding = pair(args, "kernel_size"), stride_of(args), pair(args, "padding")
    dilation = pair(args, "dilation") if "dilation" in args else (1, 1)
    axes = [Axis(*sizes) for sizes in zip(image, kernel, stride, padding, dilation, strict=True)]
    counts = [axis.windows(args["ceil_mode"]) for axis in axes]
    if min(counts) < 1:
        spans, sizes = ([str(n) for n in of] for of in ([a.span for a in axes], image))
        raise WrongShape(
            f"a window of {' x '.join(spans)} does not fit an image of {' x '.join(sizes)}",
            "make `kernel_size` smaller, or pool less before",
        )
    for axis in axes:
        axis.refuse_empty_windows()
    return (channels, *counts)


@frozen
class Axis:
    """Windows along one axis of an image."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int

    @property
    def span(self) -> int:
        """From the first to the last number of a window."""
        return self.dilation * (self.kernel - 1) + 1

    def windows(self, ceil_mode: bool) -> int:
        """How many there are; in ceil mode the last may begin inside and end outside."""
        room = self.size + 2 * self.padding - self.span
        if not ceil_mode:
            return room // self.stride + 1
        last = -(-room // self.stride)
        return last + 1 if last * self.stride < self.size + self.padding else last

    def refuse_empty_windows(self) -> None:
        """Refuse windows that see padding alone.

        Raises:
            WrongShape: if there are any; torch would then read and write outside of the image.

        """
        if self.padding > self.kernel // 2:
            raise WrongShape(
                f"a padding of {self.padding} is more than half a window of {self.kernel}",
                f"choose a `padding` of at most {self.kernel // 2}",
            )
        for start in range(-self.padding, 0, self.stride):
            seen = range(start, start + self.span, self.dilation)
            if not any(0 <= place < self.size for place in seen):
                raise WrongShape(
                    f"a window at the edge sees nothing of an image of {self.size} across",
                    "make `dilation` or `padding` smaller",
                )
