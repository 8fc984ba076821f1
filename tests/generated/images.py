"""Layers of images, with the shapes that torch's documentation says they give."""

from __future__ import annotations

from collections.abc import Callable

from generated.author import Author
from generated.numbers import Size, call, size, truth, whole
from generated.pieces import Misfit, Place, Shape, Values, of_rank

After = Callable[[Shape, Values], Shape]


def convolution(place: Place, shape: Shape) -> tuple[str, After]:
    author = place.author
    kernel, stride = _axes(author, 1, 4), _axes(author, 1, 2)
    padding, dilation = _axes(author, 0, 2), _axes(author, 1, 2)
    text, count = place.count(1, 8)
    groups = author.pick((1, 1, 2, shape[0]))

    def after(shape: Shape, values: Values) -> Shape:
        channels, image = count(values), of_rank(shape, 3)[1:]
        if channels % groups or shape[0] % groups:
            raise Misfit
        numbers = zip(image, *map(_pair, (kernel, stride, padding, dilation)), strict=True)
        return (channels, *((n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in numbers))

    def option(value: Size, default: Size) -> str | None:
        return None if value == default and author.chance(0.8) else size(author, value)

    return call(
        author,
        "conv2d",
        ("out_channels", text),
        ("kernel_size", size(author, kernel)),
        ("stride", option(stride, 1)),
        ("padding", option(padding, 0)),
        ("dilation", option(dilation, 1)),
        ("groups", option(groups, 1)),
        ("bias", truth(author, author.chance(0.5)) if author.chance(0.2) else None),
    ), after


def pooling(place: Place, shape: Shape) -> tuple[str, After]:
    author = place.author
    kind = author.pick(("max_pool2d", "avg_pool2d"))
    kernel = _axes(author, 1, 3)
    stride = _axes(author, 1, 3) if author.chance(0.5) else None
    padding = author.number(0, min(_pair(kernel)) // 2)
    dilation = author.pick((1, 1, 2)) if kind == "max_pool2d" and padding == 0 else 1
    ceil = author.chance(0.3)

    def after(shape: Shape, values: Values) -> Shape:
        channels, *image = of_rank(shape, 3)
        numbers = zip(image, _pair(kernel), _pair(stride or kernel), strict=True)
        return (channels, *(_windows(n, k, s, padding, dilation, ceil) for n, k, s in numbers))

    args = [("kernel_size", size(author, kernel))]
    args += [("stride", size(author, stride) if stride else author.pick((None, "none")))]
    args += [("padding", whole(author, padding) if padding or author.chance(0.2) else None)]
    if kind == "max_pool2d":
        args += [("dilation", whole(author, dilation) if dilation > 1 else None)]
    args += [("ceil_mode", truth(author, ceil) if ceil or author.chance(0.1) else None)]
    if kind == "avg_pool2d":
        flag = truth(author, author.chance(0.5)) if author.chance(0.3) else None
        divisor = whole(author, author.number(1, 9)) if author.chance(0.2) else None
        args += [("count_include_pad", flag), ("divisor_override", divisor)]
    return call(author, kind, *args), after


def adaptive(place: Place, shape: Shape) -> tuple[str, After]:
    output = _axes(place.author, 1, 9)
    written = size(place.author, output)

    def after(shape: Shape, values: Values) -> Shape:
        return (of_rank(shape, 3)[0], *_pair(output))

    return call(place.author, "adaptive_avg_pool2d", ("output_size", written)), after


def _axes(author: Author, low: int, high: int) -> Size:
    """One number for both axes, or one for each."""
    if author.chance(0.7):
        return author.number(low, high)
    return author.number(low, high), author.number(low, high)


def _pair(value: Size) -> tuple[int, int]:
    return value if isinstance(value, tuple) else (value, value)


def _windows(n: int, kernel: int, stride: int, padding: int, dilation: int, ceil: bool) -> int:
    """As the documentation of `torch.nn.MaxPool2d` counts them."""
    room = n + 2 * padding - dilation * (kernel - 1) - 1
    if room < 0:
        raise Misfit
    count = (-(-room // stride) if ceil else room // stride) + 1
    return count - 1 if ceil and (count - 1) * stride >= n + padding else count
