"""`max_norm(limit, strength, of)`: what the weights of a unit have beyond a norm.

Source: Srebro, Rennie and Jaakkola 2005 and Hinton et al. 2012 set norms back to the limit after
each step; a step of that kind has no gradient by the limit, a penalty on what goes beyond has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.norms import EXEMPT, OF

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    import torch

    def max_norm(given: LossInput) -> Tensor:
        limit, strength = given.argument("limit", args), given.argument("strength", args)
        at_most = limit if isinstance(limit, float) else limit[:, None]
        beyond = given.output.new_zeros(1)
        for square_BO in given.row_squares():
            # the derivative of a root is not finite at 0
            norm_BO = square_BO.clamp(min=torch.finfo(square_BO.dtype).tiny).sqrt()
            beyond = beyond + (norm_BO - at_most).clamp(min=0).square().sum(1)
        return (strength * beyond).mean() / 2

    return max_norm


MAX_NORM = LossType(
    name="max_norm",
    doc="strength x half the sum of the squares of what the norms of units go beyond `limit`; a "
    "unit's weights are those that lead to one of the numbers, or channels, that leave its layer. "
    f"With the limit 0 it is `l2`; {EXEMPT}",
    args=(
        Arg("limit", "float", "the norm that costs nothing", low=0, use=Use.SMOOTH),
        Arg("strength", "float", "how strong", default=1.0, low=0, use=Use.SMOOTH),
        OF,
    ),
    build=_build,
    penalty="weights",
)
