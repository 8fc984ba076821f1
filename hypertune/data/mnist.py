"""`mnist`: 70,000 handwritten digits, 28 by 28.

Source: LeCun, Cortes and Burges 1998.
"""

from __future__ import annotations

from hypertune.catalogue import SourceType
from hypertune.data.standard_sets import FILES, IdxSet

_FILES = IdxSet("mnist", "MNIST", (28, 28), {"train": 60_000, "test": 10_000})

MNIST = SourceType(
    name="mnist",
    doc="70,000 handwritten digits, 28 by 28, with a test part of their own",
    args=FILES,
    shape=(1, *_FILES.shape),
    classes=10,
    sizes=_FILES.sizes,
    width=1,
    load=_FILES.load,
)
