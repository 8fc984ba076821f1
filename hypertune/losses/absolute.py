"""`mae`: the mean absolute error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import MetricType

if TYPE_CHECKING:
    from torch import Tensor


def _summed() -> Any:
    def absolute(output: Tensor, target: Tensor) -> Tensor:
        error = output - target.view_as(output)
        return error.abs().flatten(1).mean(1).sum()

    return absolute


MAE = MetricType(
    name="mae",
    doc="mean absolute error, in the target's own unit",
    targets="real",
    build=_summed,
)
