"""`auroc`: the area under the receiver operating characteristic, of two classes."""

from __future__ import annotations

from math import nan
from typing import TYPE_CHECKING, Any

from hypertune.catalogue import MetricType

if TYPE_CHECKING:
    from torch import Tensor


def _rows() -> Any:
    import torch

    def scored(output: Tensor, target: Tensor) -> Tensor:
        # the difference of logits has the order of probabilities and, unlike these, is never full
        score_N = (output[..., 1] - output[..., 0]).double()
        return torch.stack([score_N.flatten(), target.flatten().double()], 1)

    return scored


def _read(scored_N2: Any) -> float:
    from sklearn.metrics import roc_auc_score

    score_N, class_N = scored_N2.T
    if class_N.min() == class_N.max():
        return nan  # nothing to tell apart
    return float(roc_auc_score(class_N, score_N))


AUROC = MetricType(
    name="auroc",
    doc="area under the receiver operating characteristic: how often an example of the second of "
    "two classes has a higher score than one of the first; over the whole part",
    targets="classes",
    classes=2,
    build=_rows,
    read=_read,
    of_all=True,
)
