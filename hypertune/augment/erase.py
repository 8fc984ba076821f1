"""`erase(area, aspect, p, fill)`: one rectangle of an image set to zero or to noise.

Source: Zhong et al. 2020, section 3.2. Deviations: the least area is 0 instead of 2%; an aspect is
drawn among those with which the rectangle fits, instead of again and again until one does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.augment.filling import FILL, filling
from hypertune.augment.probability import P
from hypertune.catalogue import Arg, Args, AugmentType, Use

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    import torch

    from hypertune.augment.drawing import chosen, strength, uniform
    from hypertune.augment.rectangles import hide_rectangle

    def erase(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        height, width = x.shape[-2:]
        area, aspect, p = (strength(name, args, strengths, x) for name in ("area", "aspect", "p"))
        share_B = uniform(0.0, area, x) * chosen(p, x)
        # no side is longer than the image's
        lowest_B = torch.maximum(1 / aspect, share_B * (height / width))
        highest_B = torch.minimum(aspect, height / (width * share_B))
        ratio_B = uniform(lowest_B.log(), highest_B.log(), x).exp()
        pixels_B = share_B * (height * width)
        tall_B = (pixels_B * ratio_B).sqrt().round().clamp(max=height)
        wide_B = (pixels_B / ratio_B).sqrt().round().clamp(max=width)
        top_B = uniform(0.0, height - tall_B + 1, x).floor()
        left_B = uniform(0.0, width - wide_B + 1, x).floor()
        instead = filling(args, strengths, x)
        return hide_rectangle(x, top_B, left_B, tall_B, wide_B, instead)

    return erase


ERASE = AugmentType(
    name="erase",
    doc="hides one rectangle of an image, anywhere within it",
    args=(
        Arg(
            "area",
            "float",
            "the most that it takes of the image; drawn from 0 on",
            low=0,
            high=1,
            use=Use.STOCHASTIC,
        ),
        Arg(
            "aspect",
            "float",
            "the most that one side is longer than the other",
            default=3.3,
            low=1,
            use=Use.STOCHASTIC,
        ),
        P,
        FILL,
    ),
    ranks=(3,),
    build=_build,
    on="scaled",
)
