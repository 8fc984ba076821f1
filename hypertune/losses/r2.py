"""`r2`: the share of the variance of the target that is explained."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

from hypertune.catalogue import MetricType

if TYPE_CHECKING:
    from torch import Tensor


def _rows() -> Any:
    import torch

    def measured(output: Tensor, target: Tensor) -> Tensor:
        return torch.stack([output, target.view_as(output)], 1)

    return measured


def _read(told_N2K: Any) -> float:
    from sklearn.metrics import r2_score

    if len(told_N2K) < 2:
        return nan  # no variance
    return float(r2_score(told_N2K[:, 1], told_N2K[:, 0]))


R2 = MetricType(
    name="r2",
    doc="coefficient of determination: 1 less the squared errors over those of the mean of the "
    "part",
    targets="real",
    build=_rows,
    read=_read,
    of_all=True,
)
