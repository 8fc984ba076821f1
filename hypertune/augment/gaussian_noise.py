"""`gaussian_noise(sigma)`: noise on every number of an image.

Source: torchvision's `GaussianNoise`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from torch import randn_like

    from hypertune.augment.drawing import beside, strength

    def gaussian_noise(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        sigma = beside(strength("sigma", args, strengths, x), x)
        return randn_like(x).mul_(sigma).add_(x).clamp_(0, 1)

    return gaussian_noise


GAUSSIAN_NOISE = AugmentType(
    name="gaussian_noise",
    doc="adds noise to every number of an image, which stays from 0 to 1",
    args=(
        Arg(
            "sigma",
            "float",
            "deviation of the noise; pixels go from 0 to 1",
            low=0,
            use=Use.STOCHASTIC,
        ),
    ),
    ranks=(3,),
    build=_build,
    bounded=True,
)
