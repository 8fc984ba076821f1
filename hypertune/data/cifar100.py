"""`cifar100`: 60,000 pictures in 100 classes, 32 by 32 in colour.

Source: Krizhevsky 2009.
"""

from __future__ import annotations

from hypertune.catalogue import SourceType
from hypertune.data.official_sets import OFFICIAL_FILES, OfficialSet

_SET = OfficialSet("cifar100", "CIFAR100", {"train": {"train": True}, "test": {"train": False}})

CIFAR100 = SourceType(
    name="cifar100",
    doc="60,000 pictures in 100 classes, 32 by 32 in colour, with a test part of their own",
    args=OFFICIAL_FILES,
    shape=(3, 32, 32),
    classes=100,
    sizes={"train": 50_000, "test": 10_000},
    width=1,
    load=_SET.load,
)
