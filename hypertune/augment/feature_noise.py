"""`feature_noise(sigma)`: noise on every feature.

Source: Bishop 1995, Training with noise is equivalent to Tikhonov regularization.
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

    def feature_noise(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        sigma = beside(strength("sigma", args, strengths, x), x)
        return randn_like(x).mul_(sigma).add_(x)

    return feature_noise


FEATURE_NOISE = AugmentType(
    name="feature_noise",
    doc="adds noise to every feature",
    args=(
        Arg(
            "sigma",
            "float",
            "deviation of the noise, where features have been scaled",
            low=0,
            use=Use.STOCHASTIC,
        ),
    ),
    ranks=(1,),
    build=_build,
    on="scaled",
)
