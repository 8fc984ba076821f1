"""`digits`: 1,797 scans of handwritten digits, 8 by 8.

Units: pixels in [0, 1]; the original counts 0 to 16.
Source: Alpaydin and Kaynak 1998, the test part of their set, embedded in scikit-learn.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hypertune.catalogue import Args, SourceType


def _load(args: Args) -> Mapping[str, tuple[Any, Any]]:
    x, y = _embedded()
    return {"all": (x.reshape(-1, 1, 8, 8) / 16, y)}


def _embedded() -> tuple[Any, Any]:
    """Pixels and classes, from the file in scikit-learn, whose import takes ten times as long.

    Its function is asked where the file has gone elsewhere.
    """
    import numpy as np

    found = find_spec("sklearn")
    folders = found.submodule_search_locations if found else None
    for folder in folders or ():
        path = Path(folder) / "datasets" / "data" / "digits.csv.gz"
        if path.exists():
            rows = np.loadtxt(path, delimiter=",")
            return rows[:, :-1], rows[:, -1].astype(int)
    from sklearn.datasets import load_digits

    return tuple(load_digits(return_X_y=True))


DIGITS = SourceType(
    name="digits",
    doc="1,797 scans of handwritten digits, 8 by 8, pixels in [0, 1]; embedded",
    args=(),
    shape=(1, 8, 8),
    classes=10,
    sizes={"all": 1_797},
    load=_load,
)
