"""Processes that train one thing together, each on some rows of every batch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Rows


class Peers(Protocol):
    """All of them do the same steps; what a method draws, it draws for the whole batch."""

    @property
    def rank(self) -> int:
        """The number of this one; the first, 0, is the one that writes."""

    @property
    def size(self) -> int:
        """How many there are."""

    def rows(self, total: int) -> Rows | None:
        """Which of so many rows this one reads; None for all."""

    def average(self, gradients: Sequence[Tensor]) -> None:
        """Put the means over all processes in the place of what each has."""

    def any(self, wishes: Sequence[bool]) -> list[bool]:
        """What at least one of them wishes."""

    def path_of_first(self, path: Path) -> Path:
        """What the first of them has here."""


@frozen
class Single:
    """One process."""

    rank: int = 0
    size: int = 1

    def rows(self, total: int) -> Rows | None:
        return None

    def average(self, gradients: Sequence[Tensor]) -> None: ...

    def any(self, wishes: Sequence[bool]) -> list[bool]:
        return [*wishes]

    def path_of_first(self, path: Path) -> Path:
        return path


SINGLE = Single()
