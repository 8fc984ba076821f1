"""Windows that slide over a sequence, an image or a volume."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from hypertune.catalogue import REQUIRED, Arg, Args, WrongShape
from hypertune.ir import Shape

Sizes = tuple[int, ...]

# What is slid over, by how many axes of space it has.
SPACE = {1: "a sequence", 2: "an image", 3: "a volume"}
_AXES = {1: "one axis", 2: "two axes", 3: "three axes"}
_SIZES = {
    1: "write one number",
    2: "write one number, or height and width as `(3, 3)`",
    3: "write one number, or depth, height and width as `(3, 3, 3)`",
}


def size(axes: int, name: str, doc: str, default: Any = REQUIRED, low: int = 1) -> Arg:
    """An argument that is a number, or one for each axis of space."""
    return Arg(name, "int" if axes == 1 else "size", doc, default, low=low)


def window_args(axes: int) -> tuple[Arg, Arg, Arg]:
    """The arguments of a pooling's window."""
    return (
        size(axes, "kernel_size", "size of a window along every axis"),
        size(axes, "stride", "step of the window; that of its size if unsaid", None),
        size(axes, "padding", "how much is added on every side", 0, low=0),
    )


def ceil_mode() -> Arg:
    return Arg("ceil_mode", "bool", "whether a window may reach over the edge", False)


def sizes(args: Args, name: str, axes: int) -> Sizes:
    """An argument that `size` gave, for each axis.

    Raises:
        WrongShape: if it has another number of sizes.

    """
    written: Any = args[name]
    if not isinstance(written, tuple):
        return (written,) * axes
    if len(written) != axes:
        raise WrongShape(
            f"`{name}` has {len(written)} numbers, {SPACE[axes]} has {_AXES[axes]}", _SIZES[axes]
        )
    return written


def stride_of(args: Args, axes: int) -> Sizes:
    """The stride of a pooling: where none is written, windows stand side by side."""
    return sizes(args, "kernel_size" if args["stride"] is None else "stride", axes)


def times(numbers: Iterable[int]) -> str:
    """Sizes for people: `3 x 3`."""
    return " x ".join(map(str, numbers))


def pooled(args: Args, shape: Shape) -> Shape:
    """Channels, and the size of each axis after pooling.

    Raises:
        WrongShape: if a window does not fit, or sees nothing but padding.

    """
    channels, *image = shape
    n = len(image)
    kernel, stride = sizes(args, "kernel_size", n), stride_of(args, n)
    padding, dilation = sizes(args, "padding", n), (1,) * n
    if "dilation" in args:
        dilation = sizes(args, "dilation", n)
    axes = [Axis(*along) for along in zip(image, kernel, stride, padding, dilation, strict=True)]
    counts = [axis.windows(args["ceil_mode"]) for axis in axes]
    if min(counts) < 1:
        raise WrongShape(
            f"a window of {times(axis.span for axis in axes)} does not fit {SPACE[n]} of "
            f"{times(image)}",
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
