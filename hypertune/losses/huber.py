"""`huber(delta, weight)`: the squared error where it is small, the absolute one where it is large.

Source: Huber 1964, in the form of torch's `huber_loss`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.weighting import WEIGHT, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    def huber(given: LossInput) -> Tensor:
        error = (given.output - given.target.view_as(given.output)).abs().flatten(1)
        delta = given.argument("delta", args)
        delta = error.new_full((1,), delta) if isinstance(delta, float) else delta
        # what lies within delta counts squared, what goes beyond in proportion
        within = error.minimum(delta[:, None])
        return weighted_mean(given, args, (within * (error - within / 2)).mean(1))

    return huber


HUBER = LossType(
    name="huber",
    doc="half the squared error up to `delta`, and in proportion to the absolute error beyond",
    args=(
        Arg(
            "delta",
            "float",
            "where it goes over; the unit is that of the target as scaled",
            default=1.0,
            low=0,
            open_low=True,
            use=Use.SMOOTH,
        ),
        WEIGHT,
    ),
    build=_build,
    targets="real",
)
