"""`svhn`: 99,289 digits of house numbers, 32 by 32 in colour.

Source: Netzer, Wang, Coates, Bissacco, Wu and Ng 2011.
"""

from __future__ import annotations

from hypertune.catalogue import SourceType
from hypertune.data.official_sets import OFFICIAL_FILES, OfficialSet

_SET = OfficialSet("svhn", "SVHN", {"train": {"split": "train"}, "test": {"split": "test"}})

SVHN = SourceType(
    name="svhn",
    doc="99,289 digits of house numbers, 32 by 32 in colour, with a test part of their own",
    args=OFFICIAL_FILES,
    shape=(3, 32, 32),
    classes=10,
    sizes={"train": 73_257, "test": 26_032},
    width=1,
    load=_SET.load,
)
