"""`crop(padding)`: images moved by whole pixels, zeros where nothing was.

Source: He et al. 2016, section 4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, AugmentType

if TYPE_CHECKING:
    from torch import Tensor


def _build(args: Args) -> Callable[[Tensor, Mapping[str, Tensor]], Tensor]:
    import torch

    from hypertune.augment.movement import cut

    padding = int(args["padding"])

    def crop(x: Tensor, strengths: Mapping[str, Tensor]) -> Tensor:
        top_B, left_B = torch.randint(2 * padding + 1, (2, len(x)), device=x.device)
        return cut(x, top_B, left_B, padding)

    return crop


CROP = AugmentType(
    name="crop",
    doc="cuts an image of the same size, anywhere, out of the image with zeros around it",
    args=(Arg("padding", "int", "how many zeros on each side, in pixels", default=4, low=0),),
    ranks=(3,),
    build=_build,
)
