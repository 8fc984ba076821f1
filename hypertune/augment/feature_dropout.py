"""`feature_dropout(p)`: features set to zero, which is their mean under `scale = standardize`.

Source: Vincent et al. 2010 (masking noise). Deviation from `dropout`: what is left is
not made larger, for a feature that is missing does not change the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    from torch import rand_like

    from hypertune.augment.drawing import beside, strength

    def feature_dropout(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        p = beside(strength("p", args, strengths, x), x)
        return rand_like(x).ge_(p).mul_(x)

    return feature_dropout


FEATURE_DROPOUT = AugmentType(
    name="feature_dropout",
    doc="sets features to zero, their mean under `scale = standardize`",
    args=(Arg("p", "float", "how often a feature is", low=0, high=1, use=Use.STOCHASTIC),),
    ranks=(1,),
    build=_build,
    on="scaled",
)
