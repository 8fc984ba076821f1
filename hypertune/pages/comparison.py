"""Runs side by side: as numbers, as a table, and as a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf, isfinite, nan
from statistics import mean, stdev

from attrs import frozen

from hypertune.pages.document import Section, note, page, spec, table
from hypertune.pages.figures import Curve, lines
from hypertune.reporting.numbers import short


@frozen
class Compared:
    """How one run went.

    Units: `seconds` of training; `batches` of the training part in all; `memory` in bytes, as
    planned; `measures` are those of the best validation loss. `times`, `epochs`, `best_so_far`
    and `course` (of each hyperparameter; empty for a study) have an item for each report.
    """

    tune: str
    seed: int
    method: str
    outcome: str
    measures: Mapping[str, float | None]
    hypers: Mapping[str, float | str]
    seconds: float
    batches: int
    memory: int
    times: tuple[float, ...]
    epochs: tuple[float, ...]
    best_so_far: tuple[float, ...]
    course: Mapping[str, tuple[float | str | None, ...]]

    def reaches(self, loss: float) -> float:
        """Seconds until the validation loss was no higher; infinite if it never was."""
        return next(
            (t for t, x in zip(self.times, self.best_so_far, strict=True) if x <= loss), inf
        )

    def row(self) -> dict[str, float | str | None]:
        """All single numbers, by name."""
        found: dict[str, float | str | None] = {"tune": self.tune, "method": self.method}
        found |= {"seed": self.seed, "outcome": self.outcome, **self.measures}
        found |= {"seconds": self.seconds, "batches": self.batches, "memory": self.memory}
        return {**found, **{f"hyper.{name}": value for name, value in self.hypers.items()}}


def summary_table(runs: Sequence[Compared]) -> list[list[str]]:
    """A head, and a line for each block: means over the seeds, with standard deviations."""
    measures = list(dict.fromkeys(name for run in runs for name in run.measures))
    names = [name for name in measures if name != "train_loss"]
    head = ["", "seeds", *(n.replace("_", " ") for n in names), "seconds", "batches", "memory"]
    return [head, *(_line(some, names) for some in by_tune(runs).values())]


def reaching_table(runs: Sequence[Compared]) -> list[list[str]]:
    """How soon each block reaches what another ends at: means of the seconds over the seeds.

    `-` where it does not with one of the seeds.
    """
    blocks = by_tune(runs)
    rows = [["seconds until it reaches the end of", *(name or "tune" for name in blocks)]]
    for name, some in blocks.items():
        cells = [_reached(some, others) for others in blocks.values()]
        rows.append([name or "tune", *cells])
    return rows


def by_tune(runs: Sequence[Compared]) -> dict[str, list[Compared]]:
    """The runs of each block, in the order in which the blocks come first."""
    return {
        tune: [run for run in runs if run.tune == tune]
        for tune in dict.fromkeys(run.tune for run in runs)
    }


def comparison_page(title: str, runs: Sequence[Compared], text: str) -> str:
    """A document of its own; `text` is the spec."""
    return page(title, _sections(runs, text))


def _sections(runs: Sequence[Compared], text: str) -> Iterator[Section]:
    if runs:
        head, *rows = summary_table(runs)
        said = "Measured where the validation loss was lowest; mean ± standard deviation."
        yield Section("Results", note(said) + table(head, rows))
        head, *rows = reaching_table(runs)
        yield Section("How soon", table(head, rows))
        yield Section("Validation loss", _losses(runs))
        yield Section("Hyperparameters", _hypers(runs))
    else:
        yield Section("Results", note("No run has ended yet."))
    yield Section("Spec", spec(text))


def _losses(runs: Sequence[Compared]) -> str:
    by_time = [Curve(r.tune, r.times, r.best_so_far, group=r.tune or "tune") for r in runs]
    by_epoch = [Curve(r.tune, r.epochs, r.best_so_far, group=r.tune or "tune") for r in runs]
    title = "Lowest validation loss so far, each seed"
    plots = [lines("time", title, by_time, "seconds", log=True)]
    return "\n".join([*plots, lines("epochs", title, by_epoch, "epoch", log=True)])


def _hypers(runs: Sequence[Compared]) -> str:
    plots = []
    for number, name in enumerate(dict.fromkeys(name for run in runs for name in run.course)):
        curves = [curve for run in runs if (curve := _course(run, name))]
        if curves:
            plots.append(lines(f"hyper-{number}", name, curves, "epoch"))
    return "\n".join(plots)


def _course(run: Compared, name: str) -> Curve | None:
    """How a hyperparameter moved, if the run has it and it is a number."""
    values = run.course.get(name, ())
    numbers = [value for value in values if not isinstance(value, str)]
    if not values or len(numbers) < len(values):
        return None
    return Curve(run.tune, run.epochs, numbers, group=run.tune or "tune")


def _line(runs: Sequence[Compared], names: Sequence[str]) -> list[str]:
    cells = [_spread([run.measures.get(name) for run in runs]) for name in names]
    costs = [mean(run.seconds for run in runs), mean(run.batches for run in runs)]
    memory = f"{max(run.memory for run in runs) / 2**20:.0f} MiB"
    return [runs[0].tune or "tune", str(len(runs)), *cells, *map(short, costs), memory]


def _spread(values: Sequence[float | None]) -> str:
    known = [nan if value is None else value for value in values]
    if len(known) == 1 or not all(map(isfinite, known)):
        return short(mean(known)) if all(map(isfinite, known)) else "-"
    return f"{short(mean(known))} ± {stdev(known):.2g}"


def _reached(runs: Sequence[Compared], others: Sequence[Compared]) -> str:
    ends = {run.seed: run.best_so_far[-1] for run in others if run.best_so_far}
    seconds = [run.reaches(ends[run.seed]) for run in runs if run.seed in ends]
    return short(mean(seconds)) if seconds and all(map(isfinite, seconds)) else "-"
