"""One run of a comparison as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from math import inf

from hypertune.catalogue import Catalogue
from hypertune.jobs.trained import Run
from hypertune.pages import Compared
from hypertune.planning import plan
from hypertune.runs.journal import Row

_NO_MEASURES = ("step", "epoch", "hypers")


def compared(tune: str, seed: int, run: Run, catalogue: Catalogue) -> Compared:
    """The end of a run, and the way to it; of a study the way through all its trials.

    Args:
        tune: the block that ran.
        seed: its seed.
        run: one that has ended.
        catalogue: has its kinds.

    """
    summary, rows = run.summary, list(_rows(run))
    planned = plan(run.program, catalogue, tune)
    per_epoch = planned.length.per_epoch if planned.length else 0
    memory = max((device.peak for device in (planned.memory or {}).values()), default=0)
    losses = (inf if row["valid_loss"] is None else row["valid_loss"] for row in rows)
    best = {**(summary["best"] or {}), **(summary.get("refit") or {})}
    return Compared(
        tune=tune,
        seed=seed,
        method=summary["method"],
        outcome=summary["outcome"],
        measures={name: x for name, x in best.items() if name not in _NO_MEASURES},
        hypers=summary["hypers"],
        seconds=summary["seconds"],
        batches=round(summary["epochs"] * per_epoch),
        memory=memory,
        times=tuple(row["seconds"] for row in rows),
        epochs=tuple(row["epoch"] for row in rows),
        best_so_far=tuple(accumulate(losses, min)),
        course={
            name: tuple(row["hypers"].get(name) for row in rows)
            for name in (rows[0]["hypers"] if rows and not run.trials else ())
        },
    )


def _rows(run: Run) -> Iterator[Row]:
    """All reports; those of a study's trials one after the other, times and epochs added up."""
    if not run.trials:
        yield from run.events
        return
    seconds = epochs = 0.0
    for trial in run.trials:
        rows = trial.events
        for row in rows:
            total = {"seconds": seconds + row["seconds"], "epoch": epochs + row["epoch"]}
            yield {**row, **total}
        if rows:
            seconds, epochs = seconds + rows[-1]["seconds"], epochs + rows[-1]["epoch"]
