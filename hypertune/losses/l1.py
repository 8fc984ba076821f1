"""`l1(strength, of)`: the absolute effective weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.norms import EXEMPT, OF

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    from hypertune.losses.per_weight import ABSOLUTES

    def l1(given: LossInput) -> Tensor:
        each = given.weighted("strength", ABSOLUTES)
        if each is not None:
            return each
        return (given.argument("strength", args) * given.absolutes()).mean()

    return l1


L1 = LossType(
    name="l1",
    doc=f"strength x the sum of the absolute effective weights, {EXEMPT}",
    args=(
        Arg(
            "strength", "float", "how strong", low=0, use=Use.SMOOTH, per_batch=True, each="weight"
        ),
        OF,
    ),
    build=_build,
    penalty="weights",
)
