"""The sink that writes a run down as it happens."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from time import monotonic
from typing import Any

from hypertune.runs.checkpoint import Checkpoint, encode, read_checkpoint
from hypertune.runs.failures import CannotRecord
from hypertune.runs.files import write_atomically
from hypertune.runs.folder import Folder
from hypertune.runs.journal import append_row, keep_rows, read_rows, row_of
from hypertune.runtime.events import Ended, Event, Reported, Started, Stepped
from hypertune.runtime.outcome import Interrupted

Snapshot = Callable[[], dict[str, Any]]


class Recorder:
    """Rows and checkpoints of one run.

    A checkpoint follows each report, each interruption, and `every` seconds without either; none
    is made of numbers that are not finite. Rows are written before the checkpoint that counts
    them, and `last` before `best`: a kill between two of them leaves what `recover` mends.
    """

    def __init__(
        self, folder: Folder, snapshot: Snapshot, rows: int = 0, every: float = 60.0
    ) -> None:
        self._folder = folder
        self._snapshot = snapshot
        self._rows = rows
        self._every = every
        self._saved = monotonic()

    def __call__(self, event: Event) -> None:
        try:
            self._record(event)
        except OSError as fault:
            raise CannotRecord(self._folder.path, fault) from fault

    def _record(self, event: Event) -> None:
        match event:
            case Reported():
                append_row(self._folder.events, row_of(event))
                self._rows += 1
                if _finite(event):
                    self._save(event.step, best=event.best)
            case Stepped() if monotonic() - self._saved > self._every:
                self._save(event.step)
            case Ended(outcome=Interrupted()):
                self._save(event.step)
            case Started() | Stepped() | Ended():
                pass

    def _save(self, step: int, best: bool = False) -> None:
        content = encode(Checkpoint(step, self._rows, self._snapshot()))
        write_atomically(self._folder.last, content)
        if best:
            write_atomically(self._folder.best, content)
        self._saved = monotonic()


def _finite(event: Reported) -> bool:
    losses = (event.train_loss, event.valid_loss)
    return all(map(isfinite, (*losses, *event.hypers.values(), *event.spreads.values())))


def recover(folder: Folder) -> Checkpoint | None:
    """The checkpoint to go on from, the other files brought in line with it.

    None if the run was stopped before its first one: then it begins anew.

    Raises:
        DamagedRun: if the checkpoint or the rows cannot be used.

    """
    if not folder.last.exists():
        keep_rows(folder.events, 0)
        return None
    last = read_checkpoint(folder.last)
    keep_rows(folder.events, last.rows)
    rows = read_rows(folder.events)
    best_steps = [row["step"] for row in rows if row.get("best")]
    if best_steps and best_steps[-1] == last.step == rows[-1]["step"]:
        write_atomically(folder.best, folder.last.read_bytes())
    return last
