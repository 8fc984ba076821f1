"""`digits`: 1,797 scans of handwritten digits, 8 by 8.

Units: pixels in [0, 1]; the original counts 0 to 16.
Source: Alpaydin and Kaynak 1998, the test part of their set, embedded in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypertune.catalogue import Args, SourceType


def _load(args: Args) -> Mapping[str, tuple[Any, Any]]:
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return {"all": (x.reshape(-1, 1, 8, 8) / 16, y)}


DIGITS = SourceType(
    name="digits",
    doc="1,797 scans of handwritten digits, 8 by 8, pixels in [0, 1]; embedded",
    args=(),
    shape=(1, 8, 8),
    classes=10,
    sizes={"all": 1_797},
    load=_load,
)
