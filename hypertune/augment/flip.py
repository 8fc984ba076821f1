"""`flip(p)`: images with left and right changed places."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.augment.probability import P
from hypertune.catalogue import Args, AugmentType

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from hypertune.augment.drawing import changed, strength

    def flip(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        return changed(x, x.flip(-1), strength("p", args, strengths, x))

    return flip


FLIP = AugmentType(
    name="flip",
    doc="changes left and right of an image",
    args=(P,),
    ranks=(3,),
    build=_build,
)
