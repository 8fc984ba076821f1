"""Squared errors: `mse(weight)` as a loss and as a metric, and its root, `rmse`.

Units: of the target, squared; the mean has no factor ½, as in torch.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Args, LossType, MetricType
from hypertune.losses.weighting import WEIGHT, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    def mse(given: LossInput) -> Tensor:
        # a target (B,) meets an output (B, 1): broadcast, they would make (B, B)
        error = given.output - given.target.view_as(given.output)
        return weighted_mean(given, args, error.square().flatten(1).mean(1))

    return mse


def _summed() -> Any:
    def squared(output: Tensor, target: Tensor) -> Tensor:
        error = output - target.view_as(output)
        return error.square().flatten(1).mean(1).sum()

    return squared


MSE = LossType(
    name="mse",
    doc="mean squared error, without a factor of one half",
    args=(WEIGHT,),
    build=_build,
    targets="real",
)

SQUARED = MetricType(
    name="mse",
    doc="mean squared error, in the square of the target's own unit",
    targets="real",
    build=_summed,
)

RMSE = MetricType(
    name="rmse",
    doc="root of the mean squared error, in the target's own unit",
    targets="real",
    build=_summed,
    read=sqrt,
)
