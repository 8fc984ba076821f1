"""Batches by number: each is a pure function of a seed and its number."""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from math import ceil

import torch
from attrs import evolve
from torch import Tensor

from hypertune.data.sets import Part, Sets, StreamPart
from hypertune.runtime import Batch


def generator(seed: int, stream: str, number: int) -> torch.Generator:
    """A source of random numbers of its own for each seed, stream and number.

    It is on the CPU, so that every device sees the same order.
    """
    words = blake2b(f"{seed} {stream} {number}".encode(), digest_size=8).digest()
    return torch.Generator().manual_seed(int.from_bytes(words, "big") >> 1)


class _Shuffled:
    """The batches of examples: a new order every epoch, whose last batch may be short."""

    def __init__(self, part: Part, batch: int | None, seed: int, name: str) -> None:
        self._part, self._seed, self._name = part, seed, name
        self._size = len(part) if batch is None else min(batch, len(part))
        self.per_epoch = ceil(len(part) / max(self._size, 1))
        self._order = (-1, torch.empty(0))

    @cached_property
    def _whole(self) -> Batch:
        return self._part.whole()

    def __getitem__(self, k: int) -> Batch:
        if self._size == len(self._part):
            return evolve(self._whole, repeat=k)
        epoch, place = divmod(k, self.per_epoch)
        start = place * self._size
        return self._part.rows(self._shuffled(epoch)[start : start + self._size])

    def _shuffled(self, epoch: int) -> Tensor:
        """The order of an epoch; the last one asked for is kept."""
        if self._order[0] != epoch:
            source = generator(self._seed, self._name, epoch)
            order_N = torch.randperm(len(self._part), generator=source)
            self._order = (epoch, order_N.to(self._part.chosen_on))
        return self._order[1]


class _Windows:
    """The windows of a text, epoch after epoch in the same order."""

    def __init__(self, part: StreamPart) -> None:
        self._part, self.per_epoch = part, part.windows

    def __getitem__(self, k: int) -> Batch:
        epoch, place = divmod(k, self.per_epoch)
        return evolve(self._part.at(place), repeat=epoch)


def _numbered(
    part: Part | StreamPart, batch: int | None, seed: int, name: str
) -> _Shuffled | _Windows:
    if isinstance(part, StreamPart):
        return _Windows(part)
    return _Shuffled(part, batch, seed, name)


class Served:
    """The batches of training and validation part, each in an order of its own.

    Those of a text are its windows, in the order of the text; `batch` was made use of when it was
    cut into streams. A batch of all examples needs no order: it is the same tensors each time.

    Args:
        sets: the parts.
        batch: how many examples at a time; None, or more than there are, is all of them.
        seed: decides the orders.

    """

    def __init__(self, sets: Sets, batch: int | None, seed: int) -> None:
        self._train = _numbered(sets.train, batch, seed, "train")
        self._valid = _numbered(sets.valid, batch, seed, "valid")

    @property
    def per_epoch(self) -> int:
        """How many training batches one pass over the training part takes."""
        return self._train.per_epoch

    def train(self, k: int) -> Batch:
        """The k-th training batch since the start."""
        return self._train[k]

    def valid(self, k: int) -> Batch:
        """The k-th validation batch since the start."""
        return self._valid[k]
