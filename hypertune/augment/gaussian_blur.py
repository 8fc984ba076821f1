"""`gaussian_blur(sigma, radius)`: images out of focus.

Source: torchvision's `GaussianBlur`. Deviation: the least sigma drawn is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from hypertune.augment.drawing import strength, uniform
    from hypertune.augment.movement import blur

    def gaussian_blur(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        sigma_B = uniform(0.0, strength("sigma", args, strengths, x), x)
        return blur(x, sigma_B, int(args["radius"]))

    return gaussian_blur


GAUSSIAN_BLUR = AugmentType(
    name="gaussian_blur",
    doc="mixes each pixel with those around it, mirrored at the border",
    args=(
        Arg(
            "sigma",
            "float",
            "the most that the deviation of the weights is, in pixels; drawn from 0 on",
            low=0,
            use=Use.STOCHASTIC,
        ),
        Arg("radius", "int", "how many pixels on each side count", default=2, low=1),
    ),
    ranks=(3,),
    build=_build,
)
