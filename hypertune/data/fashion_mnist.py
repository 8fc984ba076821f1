"""`fashion_mnist`: 70,000 pictures of clothes, 28 by 28.

Source: Xiao, Rasul and Vollgraf 2017.
"""

from __future__ import annotations

from hypertune.catalogue import SourceType
from hypertune.data.standard_sets import FILES, IdxSet

_FILES = IdxSet("fashion_mnist", "FashionMNIST", (28, 28), {"train": 60_000, "test": 10_000})

FASHION_MNIST = SourceType(
    name="fashion_mnist",
    doc="70,000 pictures of clothes, 28 by 28, with a test part of their own",
    args=FILES,
    shape=(1, *_FILES.shape),
    classes=10,
    sizes=_FILES.sizes,
    width=1,
    load=_FILES.load,
)
