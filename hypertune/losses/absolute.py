"""Absolute errors: `mae(weight)` as a loss, and `mae` as a metric."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Args, LossType, MetricType
from hypertune.losses.weighting import WEIGHT, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    def mae(given: LossInput) -> Tensor:
        error = given.output - given.target.view_as(given.output)
        return weighted_mean(given, args, error.abs().flatten(1).mean(1))

    return mae


def _summed() -> Any:
    def absolute(output: Tensor, target: Tensor) -> Tensor:
        error = output - target.view_as(output)
        return error.abs().flatten(1).mean(1).sum()

    return absolute


MAE = LossType(
    name="mae",
    doc="mean absolute error",
    args=(WEIGHT,),
    build=_build,
    targets="real",
)

ABSOLUTE = MetricType(
    name="mae",
    doc="mean absolute error, in the target's own unit",
    targets="real",
    build=_summed,
)
