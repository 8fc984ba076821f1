"""`f1`: the mean over classes of the harmonic mean of precision and recall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import MetricType

if TYPE_CHECKING:
    from torch import Tensor


def _rows() -> Any:
    import torch

    def measured(output: Tensor, target: Tensor) -> Tensor:
        return torch.stack([output.argmax(-1).flatten(), target.flatten()], 1)

    return measured


def _read(told_N2: Any) -> float:
    from sklearn.metrics import f1_score

    said_N, class_N = told_N2.T
    return float(f1_score(class_N, said_N, average="macro", zero_division=0))


F1 = MetricType(
    name="f1",
    doc="mean over the classes (macro) of the harmonic mean of precision and recall; over the "
    "whole part",
    targets="classes",
    build=_rows,
    read=_read,
    of_all=True,
)
