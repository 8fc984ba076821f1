"""How much is read of a user's files at most; `docs/trust.md` tells people."""

from __future__ import annotations

from typing import Final

MOST_TABLE_BYTES: Final = 256 * 2**20  # of a csv; in memory it takes some ten times as much
MOST_TEXT_BYTES: Final = 256 * 2**20  # of a text; in memory it takes some ten times as much
MOST_WORDS: Final = 50  # different ones in one column of features
MOST_PIXELS: Final = 50_000_000  # of one picture
MOST_DECODED: Final = 64 * 2**20  # bytes of pixels that are decoded anew for each run
MOST_UNPACKED: Final = 2**30  # bytes of an array that is packed more than ...
MOST_PACKED_TIMES: Final = 200  # ... this many times: what does that was made to fill memory
