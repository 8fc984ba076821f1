"""What a run tuned, over time, as a table and as a program that replays it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from math import ceil

from attrs import evolve

from hypertune.ir import Call, Program, Quantity
from hypertune.jobs.trained import Run
from hypertune.runs import DamagedRun, NoSchedule
from hypertune.runs.journal import Row


def scheduled(run: Run) -> list[str]:
    """The hyperparameters that there is one value of, those that can be replayed.

    Raises:
        NoSchedule: if there are none, or the run is a study or has not reported yet.

    """
    names = list(run.program.columns)
    if run.recorded.is_study:
        raise NoSchedule(run.path, "is a study: its trials keep their values")
    if not names:
        raise NoSchedule(run.path, "has no hyperparameter with a single value")
    rows = run.events
    if not rows:
        raise NoSchedule(run.path, "has not reported anything yet")
    if any(name not in row["hypers"] for row in rows for name in names):
        raise DamagedRun(run.folder.events, "has a line without the hyperparameters of the run")
    return names


def schedule_table(run: Run) -> str:
    """CSV: from which epoch on which values hold, a line for each report."""
    return table_of(run.events, scheduled(run))


def table_of(rows: Iterable[Row], names: Sequence[str]) -> str:
    """The same of some reports and hyperparameters."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(["epoch", *names])
    table.writerows(_cells(row, names) for row in rows)
    return text.getvalue()


def replaying(run: Run, table: str) -> Program:
    """The run's program, its one tune block replaying a table on the plain network.

    Args:
        run: of any method that trains once.
        table: the file of the table, as the spec is to name it.

    """
    about, program = run.about, run.program
    tune = program.tune(about.tune)
    length = tune.length
    if length.unit != "epochs":  # a step of another method may take several batches
        length = Quantity(ceil(run.events[-1]["epoch"]), "epochs")
    kept = {role: call for role, call in tune.optimisers.items() if role == "weights"}
    method = Call("schedule", {"file": table})
    replay = evolve(tune, method=method, optimisers=kept, length=length, seed=about.seed)
    return evolve(program, tunes=(replay,))


def _cells(row: Row, names: Sequence[str]) -> list[str]:
    values = (row["hypers"][name] for name in names)
    return [repr(row["epoch"]), *(x if isinstance(x, str) else repr(x) for x in values)]
