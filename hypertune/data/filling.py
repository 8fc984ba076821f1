"""What takes the place of numbers that are missing."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from hypertune.data.failures import NothingToFillWith

Pair = tuple[Tensor, Tensor]


def filled(
    parts: Mapping[str, Pair], how: str, columns: tuple[str, ...]
) -> tuple[dict[str, Pair], Tensor]:
    """The parts with a number for each that is missing, and the number of each column.

    What is filled in comes from the training part alone, so that it knows nothing of the others.

    Args:
        parts: examples and targets; what is missing is `nan`.
        how: `mean` or `median`, of each column.
        columns: what they are called.

    Raises:
        NothingToFillWith: if the training part has no number in a column.

    """
    train_x = parts["train"][0]
    nothing_F = train_x.isnan().all(0)
    if len(train_x) and nothing_F.any():
        raise NothingToFillWith(columns[int(nothing_F.nonzero()[0])])
    middle_F = train_x.nanmean(0) if how == "mean" else _median(train_x)
    both = {part: (torch.where(x.isnan(), middle_F, x), y) for part, (x, y) in parts.items()}
    return both, middle_F


def _median(x: Tensor) -> Tensor:
    """The middle number of each column, or the mean of the two in the middle."""
    upper = -(-x).nanmedian(0).values
    return (x.nanmedian(0).values + upper) / 2
