"""`autocontrast(p)`: images that use the whole range of pixels.

Source: Cubuk et al. 2019 (AutoAugment).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.augment.probability import P
from hypertune.catalogue import Args, AugmentType

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from hypertune.augment.colours import stretch
    from hypertune.augment.drawing import changed, strength

    def autocontrast(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        return changed(x, stretch(x), strength("p", args, strengths, x))

    return autocontrast


AUTOCONTRAST = AugmentType(
    name="autocontrast",
    doc="stretches each channel of an image to the range from 0 to 1",
    args=(P,),
    ranks=(3,),
    build=_build,
    bounded=True,
)
