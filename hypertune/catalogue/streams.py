"""A text as streams side by side, of which a batch has some steps."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil


def steps(tokens: int, batch: int) -> int:
    """The targets of each stream if so many tokens are cut into `batch` streams of one length."""
    return (tokens - 1) // batch


def windows(tokens: int, batch: int, window: int) -> int:
    """The batches of an epoch, the last of which may be shorter."""
    return ceil(max(steps(tokens, batch), 0) / window)


def shortage(sizes: Mapping[str, int], batch: int, window: int) -> str:
    """Why parts of a text cannot be served so; empty if they can.

    The training part fills a window at least, the others have a step at least.
    """
    for part, tokens in sizes.items():
        fewest = batch * (window if part == "train" else 1) + 1
        if tokens < fewest:
            long = f"a window of {window:_} steps" if part == "train" else "a step"
            streams = f"{batch:_} streams" if batch > 1 else "one stream"
            return f"`{part}` has not the {fewest:_} tokens that {streams} with {long} take"
    return ""
