"""What the kinds of convolution share, of 1 to 3 axes of space."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.tied import TIED
from hypertune.layers.windows import SPACE, size, sizes, times

_ADVICE = "make `kernel_size` or `dilation` smaller, or `padding` larger"
_GROUPS = Arg("groups", "int", "how many convolutions stand side by side", default=1, low=1)
_BIAS = Arg("bias", "bool", "whether there is a bias", default=True)


def convolution(axes: int) -> LayerType:
    """That of `nn.Conv2d` and its like."""
    start, dilation = _sizes(axes)
    options = (*start[2:], dilation, _GROUPS, _BIAS)

    def output(args: Args, shape: Shape) -> Shape:
        _, *image = shape
        _check_groups(args, shape)
        named = ("kernel_size", "stride", "padding", "dilation")
        kernel, stride, padding, dilation = (sizes(args, name, axes) for name in named)
        counts = [
            (n + 2 * p - d * (k - 1) - 1) // s + 1
            for n, k, s, p, d in zip(image, kernel, stride, padding, dilation, strict=True)
        ]
        if min(counts) < 1:
            raise WrongShape(
                f"a kernel of {times(kernel)} does not fit {SPACE[axes]} of {times(image)}",
                _ADVICE,
            )
        return (args["out_channels"], *counts)

    def weight(args: Args, shape: Shape) -> Shape:
        kernel = sizes(args, "kernel_size", axes)
        return (args["out_channels"], shape[0] // args["groups"], *kernel)

    def flops(args: Args, shape: Shape) -> int:
        return 2 * prod(weight(args, shape)) * prod(output(args, shape)[1:])

    return LayerType(
        name=f"conv{axes}d",
        doc=f"A convolution of {SPACE[axes]}; responds by rescaling the output channels of a "
        "second kernel. With as many `groups` as channels it is depthwise.",
        args=(*start[:2], *options, TIED),
        ranks=(1 + axes,),
        output=output,
        build=_build("Convolution", axes, options),
        plain=_plain(f"Conv{axes}d", options),
        responds=True,
        costs=_costs(weight, flops),
        weight=weight,
    )


def transposed_convolution(axes: int) -> LayerType:
    """That of `nn.ConvTranspose2d` and its like."""
    start, dilation = _sizes(axes)
    extra = size(axes, "output_padding", "added to one side of the output", default=0, low=0)
    options = (*start[2:], extra, _GROUPS, _BIAS, dilation)

    def output(args: Args, shape: Shape) -> Shape:
        _, *image = shape
        _check_groups(args, shape)
        named = ("kernel_size", "stride", "padding", "output_padding", "dilation")
        along = [image, *(sizes(args, name, axes) for name in named)]
        if any(e >= max(s, d) for _, _, s, _, e, d in zip(*along, strict=True)):
            raise WrongShape("`output_padding` is not below `stride` or `dilation`")
        counts = [
            (n - 1) * s - 2 * p + d * (k - 1) + e + 1
            for n, k, s, p, e, d in zip(*along, strict=True)
        ]
        if min(counts) < 1:
            raise WrongShape("nothing is left of the output", "make `padding` smaller")
        return (args["out_channels"], *counts)

    def weight(args: Args, shape: Shape) -> Shape:
        kernel = sizes(args, "kernel_size", axes)
        return (shape[0], args["out_channels"] // args["groups"], *kernel)

    def flops(args: Args, shape: Shape) -> int:
        return 2 * prod(weight(args, shape)) * prod(shape[1:])

    return LayerType(
        name=f"conv_transpose{axes}d",
        doc=f"The transpose of a convolution, to {SPACE[axes]}; responds by rescaling the output "
        "channels of a second kernel.",
        args=(*start[:2], *options, TIED),
        ranks=(1 + axes,),
        output=output,
        build=_build("TransposedConvolution", axes, options),
        plain=_plain(f"ConvTranspose{axes}d", options),
        responds=True,
        costs=_costs(weight, flops),
        weight=weight,
    )


def _sizes(axes: int) -> tuple[tuple[Arg, ...], Arg]:
    start = (
        Arg("out_channels", "int", "channels of the output", low=1),
        size(axes, "kernel_size", "size of the kernel along every axis"),
        size(axes, "stride", "step of the kernel", default=1),
        size(axes, "padding", "zeros added on every side", default=0, low=0),
    )
    return start, size(axes, "dilation", "step within the kernel", default=1)


def _check_groups(args: Args, shape: Shape) -> None:
    for what, count in (("input", shape[0]), ("output", args["out_channels"])):
        if count % args["groups"]:
            raise WrongShape(f"{count} {what} channels do not divide into {args['groups']} groups")


def _build(torch: str, axes: int, options: tuple[Arg, ...]) -> Callable[[Args, Shape, int], Any]:
    def build(args: Args, shape: Shape, given: int) -> Any:
        from hypertune.response import convolution

        kernel = sizes(args, "kernel_size", axes)
        passed = {option.name: args[option.name] for option in options}
        make = getattr(convolution, torch)
        return make(shape[0], args["out_channels"], kernel, given, **passed)

    return build


def _plain(torch: str, options: tuple[Arg, ...]) -> Callable[[Args, Shape], Plain]:
    def plain(args: Args, shape: Shape) -> Plain:
        passed = {option.name: args[option.name] for option in options}
        return Plain(torch, (shape[0], args["out_channels"], args["kernel_size"]), passed)

    return plain


def _costs(
    weight: Callable[[Args, Shape], Shape], flops: Callable[[Args, Shape], int]
) -> Callable[[Args, Shape, int], Costs]:
    def costs(args: Args, shape: Shape, given: int) -> Costs:
        rows = args["out_channels"]
        base = prod(weight(args, shape)) * (args["tied"] is None) + rows * args["bias"]
        scales = (1 + args["bias"]) * rows * given
        return Costs(base, base + scales if given else 0, flops(args, shape))

    return costs
