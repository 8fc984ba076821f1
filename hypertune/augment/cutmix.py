"""`cutmix(alpha)`: a rectangle of another image set into each, and targets mixed by area.

Source: Yun et al. 2019, section 3.1. Deviations: a rectangle for each example instead of one for
the batch; the larger part is the example's own, as for `mixup`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from hypertune.augment.alpha import ALPHA, Mix
from hypertune.catalogue import Args, AugmentType

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Mix:
    import torch

    from hypertune.augment.drawing import strength
    from hypertune.augment.mixing import blend_targets, own_share, partners, patch

    def cutmix(
        x: Tensor, y: Tensor, classes: int, strengths: Mapping[str, Tensor]
    ) -> tuple[Tensor, Tensor]:
        partner_B = partners(x)
        share_B = own_share(strength("alpha", args, strengths, x), x)
        height, width = x.shape[-2:]
        row_B = torch.randint(height, (len(x),), device=x.device)
        column_B = torch.randint(width, (len(x),), device=x.device)
        x, left_B = patch(x, partner_B, share_B, row_B, column_B)
        return x, blend_targets(y, classes, partner_B, left_B, x.dtype)

    return cutmix


CUTMIX = AugmentType(
    name="cutmix",
    doc="sets a rectangle of another image of the batch into each, and mixes targets by area",
    args=(ALPHA,),
    ranks=(3,),
    build=_build,
    on="scaled",
    mixes_targets=True,
)
