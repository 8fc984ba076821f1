"""`fashion_mnist`: 70,000 pictures of clothes, 28 by 28.

Source: Xiao, Rasul and Vollgraf 2017.
"""

from __future__ import annotations

from hypertune.catalogue import SourceType
from hypertune.data.standard_sets import FILES, reader

FASHION_MNIST = SourceType(
    name="fashion_mnist",
    doc="70,000 pictures of clothes, 28 by 28, with a test part of their own",
    args=FILES,
    shape=(1, 28, 28),
    classes=10,
    sizes={"train": 60_000, "test": 10_000},
    width=1,
    load=reader("fashion_mnist", "FashionMNIST", "FashionMNIST/raw"),
)
