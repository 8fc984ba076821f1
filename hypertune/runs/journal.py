"""events.jsonl: one row per report."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from math import nan
from pathlib import Path
from typing import Any

from hypertune.runs.failures import DamagedRun
from hypertune.runs.fields import MAYBE_NUMBER, NUMBER, has_fields, is_flat
from hypertune.runs.files import parse_json, read_bytes, without_nan, write_atomically
from hypertune.runtime.events import Reported, Tried

Row = dict[str, Any]

_MOST = 1 << 30  # bytes of all rows
_KINDS: Mapping[str, Any] = {
    "step": int,
    "epoch": NUMBER,
    "seconds": NUMBER,
    "train_loss": MAYBE_NUMBER,
    "valid_loss": MAYBE_NUMBER,
    "hypers": dict,
    "statistics": dict,
    "best": bool,
}


def row_of(event: Reported) -> Row:
    """One report as a row; metrics stand beside the losses."""
    return {
        "step": event.step,
        "epoch": event.epoch,
        "seconds": round(event.seconds, 3),
        "train_loss": event.train_loss,
        "valid_loss": event.valid_loss,
        **event.metrics,
        "hypers": dict(event.hypers),
        "statistics": dict(event.statistics),
        "best": event.best,
    }


def row_of_trial(event: Tried) -> Row:
    """A trial as a row of its study."""
    return {**row_of(event.report), "outcome": event.outcome}


def report_of(row: Row) -> Reported:
    """The report that a row was made of; what was no number is NaN."""
    known = {name: row[name] for name in _KINDS}
    numbers = {name: nan for name in ("train_loss", "valid_loss") if row[name] is None}
    metrics = {name: nan if x is None else x for name, x in row.items() if name not in _KINDS}
    return Reported(**{**known, **numbers}, metrics=metrics)


def append_row(path: Path, row: Row) -> None:
    """Add a row; a kill after this does not lose it."""
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(without_nan(row), allow_nan=False) + "\n")


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """All rows in the place of those that are there."""
    lines = [json.dumps(without_nan(row), allow_nan=False) for row in rows]
    write_atomically(path, "".join(f"{line}\n" for line in lines).encode())


def make_durable(path: Path) -> None:
    """Wait until the disk has all rows."""
    with path.open("a") as file:
        os.fsync(file.fileno())


def read_rows(path: Path) -> list[Row]:
    """All whole rows; a last line that was cut short is not one.

    Raises:
        DamagedRun: if a line is not a row.

    """
    if not path.exists():
        return []
    rows = [parse_json(path, line) for line in read_bytes(path, _MOST).split(b"\n")[:-1]]
    if not all(has_fields(row, _KINDS) and is_flat(row) for row in rows):
        raise DamagedRun(path, "has a line that is not a report")
    return rows


def keep_rows(path: Path, count: int) -> None:
    """Drop what was written after the first `count` rows: those steps will be done again.

    Raises:
        DamagedRun: if there are fewer.

    """
    content = read_bytes(path, _MOST) if path.exists() else b""
    lines = content.splitlines(keepends=True)[:count]
    if len(lines) < count or (lines and not lines[-1].endswith(b"\n")):
        raise DamagedRun(path, f"has fewer than the {count} rows that the checkpoint counts")
    size = sum(map(len, lines))
    if size < len(content):
        os.truncate(path, size)
