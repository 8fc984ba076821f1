"""`solarize(threshold, p)`: images whose bright pixels are inverted.

Source: Cubuk et al. 2019 (AutoAugment).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.augment.probability import P
from hypertune.catalogue import Arg, Args, AugmentType, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from hypertune.augment.colours import invert_from
    from hypertune.augment.drawing import changed, strength

    def solarize(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        threshold = strength("threshold", args, strengths, x)
        return changed(x, invert_from(x, threshold), strength("p", args, strengths, x))

    return solarize


SOLARIZE = AugmentType(
    name="solarize",
    doc="inverts the bright pixels of an image",
    args=(
        Arg("threshold", "float", "inverted from here on", low=0, high=1, use=Use.STOCHASTIC),
        P,
    ),
    ranks=(3,),
    build=_build,
    bounded=True,
)
