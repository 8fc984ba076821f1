"""The closing table: where the hyperparameters went, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypertune.reporting.numbers import aligned, minutes, short
from hypertune.terminal import visible_lines


def closing(start: Mapping[str, float | str], summary: Mapping[str, Any]) -> str:
    """The end of a run as text.

    Args:
        start: each hyperparameter's start, in its own values.
        summary: as in summary.json.

    """
    best, last = summary["best"], summary["last"]
    head = f"{summary['method']}: {summary['message']} in {minutes(summary['seconds'])}"
    if best is None or last is None:
        return (
            visible_lines(head)
            + "\nno validation loss was a number, so there is no network to keep"
        )
    parts = [head]
    if start:
        title = ["", "start", "best", "last"]
        hypers = [
            [name, *map(short, (value, best["hypers"].get(name), last["hypers"].get(name)))]
            for name, value in start.items()
        ]
        parts.append(aligned([title, *hypers], indent="  "))
    names = [name for name in last if name not in ("step", "epoch", "hypers")]
    title = ["", f"best (epoch {short(best['epoch'])})", f"last (epoch {short(last['epoch'])})"]
    numbers = [[_words(name), short(best.get(name)), short(last.get(name))] for name in names]
    parts.append(aligned([title, *numbers], indent="  "))
    return visible_lines("\n\n".join(parts))


def _words(name: str) -> str:
    return name.replace("_", " ")
