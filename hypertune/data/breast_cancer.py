"""`breast_cancer`: 569 tumours by 30 measurements of their cells, benign or malignant.

Units: as measured; the scales differ a thousandfold, so `scale = standardize` is wise.
Source: Street, Wolberg and Mangasarian 1993, embedded in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypertune.catalogue import Args, SourceType


def _load(args: Args) -> Mapping[str, tuple[Any, Any]]:
    from sklearn.datasets import load_breast_cancer

    return {"all": load_breast_cancer(return_X_y=True)}


BREAST_CANCER = SourceType(
    name="breast_cancer",
    doc="569 tumours by 30 measurements, benign or malignant; embedded",
    args=(),
    shape=(30,),
    classes=2,
    sizes={"all": 569},
    load=_load,
)
