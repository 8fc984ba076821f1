"""Windows that slide over the height and width of an image."""

from __future__ import annotations

from typing import Any

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
        WrongShape: if a window does not fit, or is mostly padding.

    """
    channels, *image = shape
    kernel, padding, stride = pair(args, "kernel_size"), pair(args, "padding"), stride_of(args)
    dilation = pair(args, "dilation") if "dilation" in args else (1, 1)
    spans = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    _refuse_wide_padding(padding, spans)
    if any(span > n + 2 * p for span, n, p in zip(spans, image, padding, strict=True)):
        raise WrongShape(
            f"a window of {spans[0]} x {spans[1]} does not fit an image of "
            f"{image[0]} x {image[1]}",
            "make `kernel_size` smaller, or pool less before",
        )
    sizes = [
        _steps(n, span, p, s, args["ceil_mode"])
        for n, span, p, s in zip(image, spans, padding, stride, strict=True)
    ]
    return (channels, *sizes)


def _refuse_wide_padding(padding: Pair, spans: list[int]) -> None:
    for p, span in zip(padding, spans, strict=True):
        if p > span // 2:
            raise WrongShape(
                f"a padding of {p} is more than half a window of {span}",
                f"choose a `padding` of at most {span // 2}",
            )


def _steps(size: int, span: int, padding: int, stride: int, ceil_mode: bool) -> int:
    """How many windows fit; in ceil mode the last may begin inside and end outside."""
    room = size + 2 * padding - span
    if not ceil_mode:
        return room // stride + 1
    steps = -(-room // stride) + 1
    return steps if (steps - 1) * stride < size + padding else steps - 1
