"""`l2(strength, of)`: half the squared effective weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.norms import EXEMPT, OF

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    from hypertune.losses.per_weight import SQUARES

    def l2(given: LossInput) -> Tensor:
        each = given.weighted("strength", SQUARES)
        if each is not None:
            return each / 2
        return (given.argument("strength", args) * given.squares()).mean() / 2

    return l2


L2 = LossType(
    name="l2",
    doc=f"strength x half the sum of the squared effective weights, {EXEMPT}; the half makes a "
    "strength mean what torch's `weight_decay` does",
    args=(Arg("strength", "float", "how strong", low=0, use=Use.SMOOTH, each="weight"), OF),
    build=_build,
    penalty="weights",
)
