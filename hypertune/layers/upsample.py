"""`upsample(scale_factor)`: a sequence, image or volume that is larger by a factor."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.windows import SPACE, sizes

_RANKS = {"linear": 2, "bilinear": 3, "bicubic": 3, "trilinear": 4}  # of "nearest": any
_ARGS = (
    Arg("scale_factor", "size", "how many times every axis grows", low=1),
    Arg(
        "mode",
        "string",
        "how numbers between those that are there are found",
        default="nearest",
        choices=("nearest", *_RANKS),
    ),
    Arg(
        "align_corners",
        "bool",
        "whether the outermost numbers stay the outermost; not for `nearest`",
        default=False,
    ),
)


def _output(args: Args, shape: Shape) -> Shape:
    mode = args["mode"]
    if _RANKS.get(mode, len(shape)) != len(shape):
        fitting = [word for word, rank in _RANKS.items() if rank == len(shape)]
        words = " or ".join(f"`{word}`" for word in ("nearest", *fitting))
        raise WrongShape(f"`{mode}` is not for {SPACE[len(shape) - 1]}", f"choose {words}")
    if mode == "nearest" and args["align_corners"]:
        raise WrongShape("`nearest` finds no numbers between corners", "leave out `align_corners`")
    factors = sizes(args, "scale_factor", len(shape) - 1)
    grown = (size * factor for size, factor in zip(shape[1:], factors, strict=True))
    return shape[0], *grown


def _plain(args: Args, shape: Shape) -> Plain:
    # torch takes floats alone for its factors
    factors = tuple(float(factor) for factor in sizes(args, "scale_factor", len(shape) - 1))
    options = {"scale_factor": factors, "mode": args["mode"]}
    if args["mode"] != "nearest":
        options["align_corners"] = args["align_corners"]
    return Plain("Upsample", (), options)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.linear_map import LinearMap

    return LinearMap(_plain(args, shape).build())


UPSAMPLE = LayerType(
    name="upsample",
    doc="A sequence, an image or a volume that is larger by a factor.",
    args=_ARGS,
    ranks=(2, 3, 4),
    output=_output,
    build=_build,
    plain=_plain,
    costs=lambda args, shape, given: Costs(flops=prod(_output(args, shape))),
)
