"""`conv2d(out_channels, kernel_size)`: a convolution whose output channels respond."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.tied import TIED
from hypertune.layers.windows import pair


def _output(args: Args, shape: Shape) -> Shape:
    channels, *image = shape
    for what, count in (("input", channels), ("output", args["out_channels"])):
        if count % args["groups"]:
            raise WrongShape(f"{count} {what} channels do not divide into {args['groups']} groups")
    stride, padding = pair(args, "stride"), pair(args, "padding")
    kernel, dilation = pair(args, "kernel_size"), pair(args, "dilation")
    sizes = [
        (n + 2 * p - d * (k - 1) - 1) // s + 1
        for n, k, s, p, d in zip(image, kernel, stride, padding, dilation, strict=True)
    ]
    if min(sizes) < 1:
        raise WrongShape(
            f"a kernel of {kernel[0]} x {kernel[1]} does not fit an image of "
            f"{image[0]} x {image[1]}",
            "make `kernel_size` or `dilation` smaller, or `padding` larger",
        )
    return (args["out_channels"], *sizes)


def _weight(args: Args, shape: Shape) -> Shape:
    return (args["out_channels"], shape[0] // args["groups"], *pair(args, "kernel_size"))


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.convolution import Convolution2d

    return Convolution2d(
        shape[0],
        args["out_channels"],
        pair(args, "kernel_size"),
        given,
        stride=pair(args, "stride"),
        padding=pair(args, "padding"),
        dilation=pair(args, "dilation"),
        groups=args["groups"],
        bias=args["bias"],
    )


def _plain(args: Args, shape: Shape) -> Plain:
    options = {k: args[k] for k in ("stride", "padding", "dilation", "groups", "bias")}
    return Plain("Conv2d", (shape[0], args["out_channels"], args["kernel_size"]), options)


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    rows = args["out_channels"]
    fan_in = shape[0] // args["groups"] * prod(pair(args, "kernel_size"))
    base = rows * (fan_in * (args["tied"] is None) + args["bias"])
    scales = (1 + args["bias"]) * rows * given
    flops = 2 * fan_in * prod(_output(args, shape))
    response = base + scales if given else 0
    return Costs(base, response, flops)


CONV2D = LayerType(
    name="conv2d",
    doc="A 2-d convolution; responds by rescaling the output channels of a second kernel.",
    args=(
        Arg("out_channels", "int", "channels of the output", low=1),
        Arg("kernel_size", "size", "height and width of the kernel", low=1),
        Arg("stride", "size", "step of the kernel", default=1, low=1),
        Arg("padding", "size", "zeros added on every side", default=0, low=0),
        Arg("dilation", "size", "step within the kernel", default=1, low=1),
        Arg("groups", "int", "how many convolutions stand side by side", default=1, low=1),
        Arg("bias", "bool", "whether there is a bias", default=True),
        TIED,
    ),
    ranks=(3,),
    output=_output,
    build=_build,
    plain=_plain,
    responds=True,
    costs=_costs,
    weight=_weight,
)
