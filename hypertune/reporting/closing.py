"""The closing table: where the hyperparameters went, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from math import isclose
from typing import Any

from hypertune.reporting.numbers import aligned, minutes, short
from hypertune.terminal import visible_lines

Hypers = Mapping[str, float | str]


def closing(start: Hypers, summary: Mapping[str, Any]) -> str:
    """The end of a run as text.

    Args:
        start: each hyperparameter's start.
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
    if _moved(start, last["hypers"]) and not _moved(start, best["hypers"]):
        parts.append(
            "The best validation loss was measured before tuning began: the network that is kept "
            "is the\none that training without tuning would have kept."
        )
    return visible_lines("\n\n".join(parts))


def _moved(start: Hypers, now: Hypers) -> bool:
    """Whether a hyperparameter is no longer what it was, by more than single precision rounds."""
    for name, before in start.items():
        after = now.get(name)
        if isinstance(before, str) or isinstance(after, str):
            if before != after:
                return True
        elif after is not None and not isclose(before, after, rel_tol=1e-5, abs_tol=1e-12):
            return True
    return False


def _words(name: str) -> str:
    return name.replace("_", " ")
