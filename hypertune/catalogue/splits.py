"""How many examples each part of a split gets."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor


def part_sizes(split: Mapping[str, float | int], total: int) -> dict[str, int]:
    """The sizes of the parts: counts as they stand, shares by largest remainder.

    Shares that add up to one leave no example out, however they are rounded.

    Args:
        split: part -> share of `total` (float) or count (int), as in `ir.Data`.
        total: how many examples there are to be split.

    Raises:
        ValueError: if the parts are more than there is.

    """
    counts = {part: n for part, n in split.items() if isinstance(n, int)}
    exact = {part: Fraction(str(n)) * total for part, n in split.items() if isinstance(n, float)}
    sizes = counts | {part: floor(wish) for part, wish in exact.items()}
    wanted = min(round(sum(exact.values())), total - sum(counts.values()))
    left = wanted - sum(floor(wish) for wish in exact.values())
    if left < 0:
        raise ValueError(f"the parts take {sum(sizes.values())} of {total} examples")
    for part in sorted(exact, key=lambda part: floor(exact[part]) - exact[part])[:left]:
        sizes[part] += 1
    return {part: sizes[part] for part in split}


def parts_of(sizes: Mapping[str, int], split: Mapping[str, float | int]) -> dict[str, int]:
    """How many examples there are in each part: of the split, or the source's own.

    Args:
        sizes: of a source.
        split: as for `part_sizes`.

    """
    own = dict(sizes)
    pool = own.pop("all", None) or own.pop("train", 0)
    return own | part_sizes(split, pool)
