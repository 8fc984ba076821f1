"""`posterize(bits, p)`: images of few colours.

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
    from hypertune.augment.colours import keep_bits
    from hypertune.augment.drawing import changed, strength

    def posterize(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        bits = strength("bits", args, strengths, x).floor()
        return changed(x, keep_bits(x, bits), strength("p", args, strengths, x))

    return posterize


POSTERIZE = AugmentType(
    name="posterize",
    doc="keeps only the highest bits of each number of an image",
    args=(
        Arg("bits", "int", "bits left of each number", low=1, high=8, use=Use.DISCRETE),
        P,
    ),
    ranks=(3,),
    build=_build,
    bounded=True,
)
