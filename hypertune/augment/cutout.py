"""`cutout(holes, length, fill)`: squares of an image set to zero or to noise.

Source: DeVries and Taylor 2017, section 3.2; centres lie anywhere and squares are clipped at
the border, as in the released code. Deviations: there an odd length makes a square one shorter;
the noise is that of Zhong et al. 2020, section 3.2, in the unit of scaled pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.augment.filling import FILL, filling
from hypertune.catalogue import Arg, Args, AugmentType, Use
from hypertune.ir import Ref

if TYPE_CHECKING:
    from torch import Tensor

MOST_HOLES = 16


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    import torch

    from hypertune.augment.drawing import strength
    from hypertune.augment.rectangles import hide_squares

    # room for the most holes that there may be, so that nobody waits to learn how many there are
    room = MOST_HOLES if isinstance(args["holes"], Ref) else int(args["holes"])

    def cutout(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        height, width = x.shape[-2:]
        rows_BK = torch.randint(height, (len(x), room), device=x.device)
        columns_BK = torch.randint(width, (len(x), room), device=x.device)
        holes, length = (
            strength(name, args, strengths, x).floor() for name in ("holes", "length")
        )
        instead = filling(args, strengths, x)
        return hide_squares(x, rows_BK, columns_BK, holes, length, instead)

    return cutout


CUTOUT = AugmentType(
    name="cutout",
    doc="hides squares of an image, each centred anywhere and clipped at the border",
    args=(
        Arg("holes", "int", "how many squares", low=0, high=MOST_HOLES, use=Use.DISCRETE),
        Arg("length", "int", "side of a square, in pixels", low=0, use=Use.DISCRETE),
        FILL,
    ),
    ranks=(3,),
    build=_build,
    on="scaled",
)
