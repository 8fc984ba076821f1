"""A trial that has ended, as a study remembers it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import inf
from typing import Any

from attrs import evolve, frozen

from hypertune.runs.journal import Row, report_of
from hypertune.runs.summary import best_row
from hypertune.runtime.events import Reported
from hypertune.search.space import Starts


@frozen
class Trial:
    """Its number, what was tried, all its reports, and how it ended (as in summary.json)."""

    number: int
    starts: Starts
    rows: tuple[Row, ...]
    outcome: str

    @property
    def loss(self) -> float:
        """The lowest validation loss: that of the weights that a training keeps."""
        best = best_row([*self.rows])
        loss = None if best is None else best["valid_loss"]
        return inf if loss is None else loss

    @property
    def shown(self) -> Reported:
        """The best report, or the last if no validation loss was a number; with all starts."""
        found = report_of(best_row([*self.rows]) or self.rows[-1])
        return evolve(found, hypers={**self.starts, **found.hypers})

    def tree(self) -> dict[str, Any]:
        """All of it in plain values."""
        return {
            "number": self.number,
            "starts": dict(self.starts),
            "rows": [*self.rows],
            "outcome": self.outcome,
        }


def trial_of(tree: dict[str, Any]) -> Trial:
    return Trial(tree["number"], tree["starts"], tuple(tree["rows"]), tree["outcome"])


def lowest(rows: Iterable[Row]) -> Iterator[tuple[int, float]]:
    """After each whole epoch that was reported, the lowest validation loss so far."""
    low, seen = inf, 0
    for row in rows:
        loss, epoch = row["valid_loss"], int(row["epoch"])
        low = low if loss is None else min(low, loss)
        if low < inf and epoch > seen:
            seen = epoch
            yield epoch, low
