"""`pixel_shuffle(upscale_factor)`: channels moved into a larger image."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args, LayerType, Plain, WrongShape
from hypertune.ir import Shape

_ARGS = (Arg("upscale_factor", "int", "how many times height and width grow", low=1),)


def _output(args: Args, shape: Shape) -> Shape:
    factor, (channels, height, width) = args["upscale_factor"], shape
    if channels % factor**2:
        raise WrongShape(
            f"{channels} channels do not divide into squares of {factor} x {factor}",
            f"choose a multiple of {factor**2} channels",
        )
    return channels // factor**2, height * factor, width * factor


def _build(args: Args, shape: Shape, given: int) -> Any:
    from torch import nn

    from hypertune.response.linear_map import LinearMap

    return LinearMap(nn.PixelShuffle(args["upscale_factor"]))


PIXEL_SHUFFLE = LayerType(
    name="pixel_shuffle",
    doc="Moves channels into an image that is larger by a factor.",
    args=_ARGS,
    ranks=(3,),
    output=_output,
    build=_build,
    plain=lambda args, shape: Plain.of("PixelShuffle", args, _ARGS),
)
