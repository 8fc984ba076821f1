"""Which examples go into which part of a split."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor


def in_a_row(sizes: Mapping[str, int]) -> dict[str, slice]:
    """The places of each part, one part after the other."""
    parts, start = {}, 0
    for part, size in sizes.items():
        parts[part] = slice(start, start + size)
        start += size
    return parts


def stratified(class_N: Tensor, sizes: Mapping[str, int]) -> dict[str, Tensor]:
    """The places of each part, so that it has each class in the share that it has of all.

    Part after part takes its share of what is left of each class, by largest remainder. Within a
    part the order stays.
    """
    count_C = class_N.bincount()
    order_N = class_N.argsort(stable=True)
    class_N = class_N[order_N]
    place_N = torch.arange(len(order_N)) - (count_C.cumsum(0) - count_C)[class_N]  # in its class
    taken_C, parts = torch.zeros_like(count_C), {}
    for part, size in sizes.items():
        share_C = _shares(count_C - taken_C, size)
        first_C, taken_C = taken_C, taken_C + share_C
        here_N = (place_N >= first_C[class_N]) & (place_N < taken_C[class_N])
        parts[part] = order_N[here_N].sort().values
    return parts


def _shares(left_C: Tensor, size: int) -> Tensor:
    """How many of each class make up `size` examples, where so many are left of each."""
    left = max(int(left_C.sum()), 1)
    share_C, rest_C = size * left_C // left, size * left_C % left
    lacking = size - int(share_C.sum())
    share_C[rest_C.argsort(descending=True, stable=True)[:lacking]] += 1
    return share_C
