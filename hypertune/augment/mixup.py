"""`mixup(alpha)`: weighted means of two examples and of their targets.

Source: Zhang et al. 2018, section 2. Deviations: a share for each example instead of one for the
batch; the larger part is the example's own, which changes no pair but which of the two it stands
for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hypertune.augment.alpha import ALPHA, Mix
from hypertune.catalogue import Args, AugmentType

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Mix:
    from hypertune.augment.drawing import strength
    from hypertune.augment.mixing import blend, blend_targets, own_share, partners

    def mixup(
        x: Tensor, y: Tensor, classes: int, strengths: Mapping[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        partner_B = partners(x)
        share_B = own_share(strength("alpha", args, strengths, x), x)
        y = blend_targets(y, classes, partner_B, share_B, x.dtype)
        return blend(x, partner_B, share_B), y

    return mixup


MIXUP = AugmentType(
    name="mixup",
    doc="mixes each example with another one of the batch, and their targets",
    args=(ALPHA,),
    ranks=(1, 3),
    build=_build,
    on="scaled",
    mixes_targets=True,
)
