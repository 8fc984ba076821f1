"""`cifar10`: 60,000 pictures in ten classes, 32 by 32 in colour.

Source: Krizhevsky 2009.
"""

from __future__ import annotations

from hypertune.catalogue import SourceType
from hypertune.data.official_sets import OFFICIAL_FILES, OfficialSet

_SET = OfficialSet("cifar10", "CIFAR10", {"train": {"train": True}, "test": {"train": False}})

CIFAR10 = SourceType(
    name="cifar10",
    doc="60,000 pictures in ten classes, 32 by 32 in colour, with a test part of their own",
    args=OFFICIAL_FILES,
    shape=(3, 32, 32),
    classes=10,
    sizes={"train": 50_000, "test": 10_000},
    width=1,
    class_names=(
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    ),
    load=_SET.load,
)
