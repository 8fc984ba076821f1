"""The sink that writes a run down as it happens."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from time import monotonic
from typing import Any

from hypertune.runs.checkpoint import Checkpoint, encode, read_checkpoint
from hypertune.runs.failures import CannotRecord, DamagedRun
from hypertune.runs.files import write_atomically
from hypertune.runs.folder import Folder
from hypertune.runs.journal import append_row, keep_rows, make_durable, row_of
from hypertune.runtime.events import Ended, Event, Reported, Started, Stepped
from hypertune.runtime.outcome import Diverged
from hypertune.runtime.snapshots import Tree

Snapshot = Callable[[], dict[str, Any]]


class Recorder:
    """Rows and checkpoints of one run.

    A row follows each report. A checkpoint follows the start, each report, each interruption, and
    `every` seconds without either, unless checkpoints would then take more than `share` of the
    time: a disk can be slow. None is made of numbers that are not finite. The checkpoint that
    counts a row is written after the row, and `best` before the `last` that counts it: after a
    kill between two of them, what is too new is done again.
    """

    def __init__(
        self,
        folder: Folder,
        snapshot: Snapshot,
        rows: int = 0,
        every: float = 60.0,
        share: float = 0.05,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._folder, self._snapshot, self._rows = folder, snapshot, rows
        self._every, self._share, self._clock = every, share, clock
        self._saved, self._cost = clock(), 0.0
        self._saved_step = -1
        self._best: Checkpoint | None = None  # not written yet

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
                if event.best:
                    self._best = self._checkpoint(event.step)
                if _finite(event) and self._due(0.0):
                    self._save(event.step)
            case Started() if not self._folder.last.exists():
                self._save(event.step)  # from here on there always is one
            case Stepped() if self._due(self._every):
                self._save(event.step)
            case Ended(outcome=Diverged()):
                self._save_best()
            case Ended() if event.step != self._saved_step:
                self._save(event.step)
            case Started() | Stepped() | Ended():
                pass

    def _due(self, pause: float) -> bool:
        return self._clock() - self._saved >= max(pause, self._cost / self._share)

    def _save(self, step: int) -> None:
        began = self._clock()
        best = self._best
        if self._rows:
            make_durable(self._folder.events)
        content = self._save_best()
        if best is None or best.step != step:
            content = encode(self._checkpoint(step))
        write_atomically(self._folder.last, content, durable=True)
        self._saved_step, self._saved = step, self._clock()
        self._cost = self._saved - began

    def _save_best(self) -> bytes:
        """What was written; nothing if that was done before."""
        if self._best is None:
            return b""
        content = encode(self._best)
        write_atomically(self._folder.best, content, durable=True)
        self._best = None
        return content

    def _checkpoint(self, step: int) -> Checkpoint:
        return Checkpoint(step, self._rows, self._snapshot())


def _finite(event: Reported) -> bool:
    return all(map(isfinite, event.numbers()))


def recover(folder: Folder, like: Tree | None = None) -> Checkpoint | None:
    """The checkpoint to go on from, the rows brought in line with it.

    None if the run was stopped before its first one: then it begins anew.

    Args:
        folder: the run.
        like: what the state of its checkpoint must be like; anything, if None.

    Raises:
        DamagedRun: if the checkpoint or the rows cannot be used, or one was there and is not.

    """
    if folder.last.exists():
        last = read_checkpoint(folder.last, like)
        keep_rows(folder.events, last.rows)
        return last
    later = [path.name for path in (folder.events, folder.best) if path.exists()]
    if later:
        why = f"is missing, and the run had got further: there is {later[0]}"
        raise DamagedRun(folder.last, why, "copy it from a backup, or train anew")
    return None
