"""`diabetes`: 442 patients by ten measurements; the target is the disease's progress in a year.

Units: as measured. The scaled form that is often seen is not used: its means and deviations are
those of all examples, so that the training part would know of the test part. `scale = standardize`
takes them from the training part alone.
Source: Efron, Hastie, Johnstone and Tibshirani 2004, embedded in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypertune.catalogue import Args, SourceType


def _load(args: Args) -> Mapping[str, tuple[Any, Any]]:
    from sklearn.datasets import load_diabetes

    return {"all": load_diabetes(return_X_y=True, scaled=False)}


DIABETES = SourceType(
    name="diabetes",
    doc="442 patients by ten measurements, and a real target; embedded",
    args=(),
    shape=(10,),
    classes=0,
    sizes={"all": 442},
    load=_load,
)
