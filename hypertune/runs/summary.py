"""summary.json: how a run ended, for programs to read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hypertune import ir
from hypertune.runs.failures import DamagedRun
from hypertune.runs.fields import MAYBE_NUMBER, NUMBER, has_fields, is_flat
from hypertune.runs.files import read_json
from hypertune.runs.journal import Row
from hypertune.runtime.outcome import (
    Completed,
    Diverged,
    Interrupted,
    Outcome,
    OutOfPatience,
    OutOfTime,
    Pruned,
)

Summary = dict[str, Any]

_MAYBE = (dict, type(None))
_KINDS: Mapping[str, Any] = {
    **dict.fromkeys(("outcome", "message", "method", "tune"), str),
    **dict.fromkeys(("seed", "epochs", "steps", "seconds"), NUMBER),
    "hypers": dict,
    "best": _MAYBE,
    "last": _MAYBE,
    "model": (str, type(None)),
}
_STATE: Mapping[str, Any] = {
    "step": int,
    "epoch": NUMBER,
    "valid_loss": MAYBE_NUMBER,
    "hypers": dict,
}

_REFIT: Mapping[str, Any] = {"step": int, "epoch": NUMBER, "hypers": dict}

WORDS: Mapping[type[Outcome], str] = {
    Completed: "completed",
    OutOfPatience: "out of patience",
    OutOfTime: "out of time",
    Diverged: "diverged",
    Pruned: "pruned",
    Interrupted: "interrupted",
}


def best_row(rows: list[Row]) -> Row | None:
    """The report with the lowest validation loss."""
    return next((row for row in reversed(rows) if row["best"]), None)


def summarise(
    tune: ir.Tune,
    outcome: Outcome,
    rows: list[Row],
    test: Mapping[str, Mapping[str, float]],
    model: str | None = None,
) -> Summary:
    """What summary.json says.

    Args:
        tune: the block that ran, with the seed that was used.
        outcome: how it ended.
        rows: all reports.
        test: what was measured on the test part, by state (`best`, `last`) and then by name
            (`test_loss`, `test_accuracy`).
        model: the checksum of model.safetensors, if there is one.

    """
    best = best_row(rows)
    last = rows[-1] if rows else None
    shown = best or last
    return {
        "outcome": WORDS[type(outcome)],
        "message": str(outcome),
        "method": tune.method.kind,
        "tune": tune.name,
        "seed": tune.seed,
        "epochs": last["epoch"] if last else 0.0,
        "steps": outcome.step,
        "seconds": last["seconds"] if last else 0.0,
        "hypers": shown["hypers"] if shown else {},
        "best": numbers_of(best, test.get("best", {})),
        "last": numbers_of(last, test.get("last", {})),
        "model": model,
    }


def read_summary(path: Path) -> Summary:
    """How a run ended, with all that `summarise` says.

    Raises:
        DamagedRun: if the file is missing, or is no summary.

    """
    summary = read_json(path)
    if not has_fields(summary, _KINDS) or not all(
        is_flat(summary.get(name, {})) for name in ("hypers", "study")
    ):
        raise DamagedRun(path, "is no summary of a run")
    states = [summary[name] for name in ("best", "last") if summary[name] is not None]
    again = summary.get("refit")
    if again is not None and not (has_fields(again, _REFIT) and is_flat(again["hypers"])):
        raise DamagedRun(path, "does not say what training again has given")
    whole = all(has_fields(state, _STATE) and is_flat(state) for state in states)
    if not whole or (summary["model"] and not summary["best"]):
        raise DamagedRun(path, "does not say what was best, or last")
    return summary


def numbers_of(row: Row | None, test: Mapping[str, float]) -> Summary | None:
    """What a report says of a state, and what was measured of it on the test part."""
    if row is None:
        return None
    unwanted = ("best", "seconds", "statistics", "outcome")
    return {**{k: v for k, v in row.items() if k not in unwanted}, **test}
