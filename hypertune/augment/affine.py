"""`affine(degrees, translate, zoom, shear)`: images turned, moved, zoomed and sheared.

Source: torchvision's `RandomAffine`, as in the set-ups of Bae and Grosse 2020. Deviations: they
take the nearest pixel, here pixels are interpolated linearly; there an image is moved by whole
pixels, which hides small strengths.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from hypertune.augment.drawing import strength, uniform
    from hypertune.augment.movement import warp

    def affine(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        height, width = x.shape[-2:]
        degrees, translate, zoom, shear = (
            strength(arg.name, args, strengths, x) for arg in AFFINE.args
        )
        return warp(
            x,
            degrees=uniform(-degrees, degrees, x),
            right=uniform(-translate, translate, x) * width,
            down=uniform(-translate, translate, x) * height,
            zoom=uniform(1 - zoom, 1 + zoom, x),
            shear=uniform(-shear, shear, x),
        )

    return affine


def _arg(name: str, doc: str, high: float) -> Arg:
    return Arg(
        name, "float", doc, default=0.0, low=0, high=high, open_high=True, use=Use.STOCHASTIC
    )


AFFINE = AugmentType(
    name="affine",
    doc="turns an image around its centre, moves, zooms and shears it; zeros where nothing was",
    args=(
        _arg("degrees", "turned by up to so many degrees, either way", 360),
        _arg("translate", "moved by up to this share of width and height, either way", 1),
        _arg("zoom", "the factor of its size is drawn from 1 - zoom to 1 + zoom", 1),
        _arg("shear", "sheared along its rows by up to so many degrees, either way", 90),
    ),
    ranks=(3,),
    build=_build,
)
