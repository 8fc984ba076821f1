"""What each example counts in a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypertune.catalogue import Arg, Args, Use

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput

WEIGHT: Final = Arg(
    "weight", "float", "what an example counts", default=1.0, low=0, use=Use.SMOOTH
)


def weighted_mean(given: LossInput, args: Args, loss_N: Tensor) -> Tensor:
    """The mean over all targets of `weight`, that of their example, times the loss of each."""
    weight = given.argument("weight", args)
    if isinstance(weight, float):
        mean = loss_N.mean()
        return mean if weight == 1 else weight * mean
    return (per_target(weight, loss_N, len(given.output)) * loss_N).mean()


def per_target(value: Tensor | float, loss_N: Tensor, rows: int) -> Tensor | float:
    """A value for each row of a batch as one for each of its targets."""
    if isinstance(value, float) or len(value) == 1 or len(loss_N) == rows:
        return value
    return value.repeat_interleave(len(loss_N) // rows)
