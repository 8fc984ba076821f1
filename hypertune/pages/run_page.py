"""A run as a page: losses, hyperparameters, what the method reports, cost, and the spec."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from math import inf
from typing import Any

from attrs import frozen

from hypertune.catalogue import Catalogue, DomainType
from hypertune.ir import Hyper, Program
from hypertune.pages.document import Section, facts, joined, note, page, spec, table
from hypertune.pages.figures import Curve, lines, points
from hypertune.reporting.numbers import minutes, short
from hypertune.runs.about import About
from hypertune.runs.journal import Row
from hypertune.runs.summary import Summary

_SCALE = "perturbation_scale"
_NO_METRICS = ("step", "epoch", "seconds", "train_loss", "valid_loss", "hypers", "statistics")
_PLAIN_ROW = (*_NO_METRICS, "best", "outcome")


@frozen
class Recorded:
    """All that a page says of a run; `summary` is None while it has not ended."""

    program: Program
    about: About
    rows: Sequence[Row]
    summary: Summary | None
    spec: str
    is_study: bool


def run_page(run: Recorded, catalogue: Catalogue) -> str:
    """A document of its own."""
    return page(f"{run.about.name}: {run.about.tune or 'run'}", _sections(run, catalogue))


def run_fragment(run: Recorded) -> str:
    """What a notebook shows: the outcome and the numbers, without plots."""
    return joined([Section(run.about.name, _outcome(run)), Section("Results", _results(run))])


def _sections(run: Recorded, catalogue: Catalogue) -> Iterator[Section]:
    yield Section("Outcome", _outcome(run))
    yield Section("Results", _results(run))
    if not run.rows:
        yield Section("Course", note("No report was written yet."))
    elif run.is_study:
        yield Section("Trials", _trials(run.rows))
    else:
        yield Section("Losses and metrics", _losses(run.rows))
        yield Section("Hyperparameters", _hypers(run, catalogue))
        yield Section("Statistics of the method", _statistics(run.rows))
        yield Section("Cost", _cost(run.rows))
    yield Section("Spec", spec(run.spec))
    yield Section("Started with", _started(run.about))


def _outcome(run: Recorded) -> str:
    if run.summary is None:
        return note("The run has not ended; this is what it has reported so far.")
    summary = run.summary
    known = {"ended": summary["message"], "method": summary["method"]}
    known["epochs"] = short(summary["epochs"])
    known["trials" if run.is_study else "steps"] = str(summary["steps"])
    return facts({**known, "time of training": minutes(summary["seconds"])})


def _results(run: Recorded) -> str:
    """The numbers of the best and the last report, side by side, and where it started."""
    if not run.rows:
        return ""
    found: dict[str, Mapping[str, Any]] = {}
    best = next((row for row in reversed(run.rows) if row["best"]), None)
    found |= {"best": best} if best else {}
    found["last"] = run.rows[-1]
    if run.summary:
        found = {key: {**row, **(run.summary[key] or {})} for key, row in found.items()}
        again = run.summary.get("refit")
        found |= {"refit": again} if again else {}
    measures = [name for row in found.values() for name, x in row.items() if _is_number(x)]
    unwanted = ("best", "seconds")
    names = [name for name in dict.fromkeys(measures) if name not in unwanted]
    rows = [[name, *(short(row.get(name)) for row in found.values())] for name in names]
    hypers = [
        [name, *(short(row["hypers"].get(name)) for row in found.values())]
        for name in run.rows[-1]["hypers"]
    ]
    return table(["", *found], rows + hypers)


def _losses(rows: Sequence[Row]) -> str:
    both = [_curve(rows, name, name) for name in ("train_loss", "valid_loss")]
    best = next((row["epoch"] for row in reversed(rows) if row["best"]), None)
    plots = [lines("losses", "Losses", both, "epoch", log=True, best=best)]
    metrics = [name for name in rows[-1] if name not in _PLAIN_ROW]
    for number, name in enumerate(metrics):
        plots.append(lines(f"metric-{number}", name, [_curve(rows, name, name)], "epoch"))
    return "\n".join(plots)


def _hypers(run: Recorded, catalogue: Catalogue) -> str:
    """Each over time; the band is one perturbation scale to both sides, as constrained values."""
    declared = {hyper.name: hyper for hyper in run.program.hypers}
    plots = []
    for number, name in enumerate(run.rows[-1]["hypers"]):
        values = [row["hypers"].get(name) for row in run.rows]
        if not all(map(_is_number, values)):
            continue  # a word, or what not every report has
        hyper = declared.get(name)
        domain = catalogue.of(DomainType)[hyper.domain.kind] if hyper else None
        curve = _curve(run.rows, name, name, values)
        if hyper and domain:
            curve = _with_band(curve, run.rows, hyper, domain)
        logarithmic = bool(domain and domain.logarithmic)
        plots.append(lines(f"hyper-{number}", name, [curve], "epoch", log=logarithmic))
    return "\n".join(plots)


def _with_band(curve: Curve, rows: Sequence[Row], hyper: Hyper, domain: DomainType) -> Curve:
    scales = [row["statistics"].get(_SCALE, {}).get(hyper.name) for row in rows]
    if domain.discrete or not all(map(_is_number, scales)):
        return curve
    lo, hi = domain.bounds(hyper.domain.args)
    low, high = [], []
    for value, scale in zip(curve.y, scales, strict=True):
        if value is None or not lo < value < hi:
            return curve  # on a bound: there is no unconstrained value
        centre = domain.unconstrain(value, lo, hi)
        low.append(domain.constrain(centre - scale, lo, hi))
        high.append(domain.constrain(centre + scale, lo, hi))
    return Curve(curve.name, curve.x, curve.y, low, high)


def _statistics(rows: Sequence[Row]) -> str:
    """A plot for each; those of each hyperparameter or layer share one."""
    plots = []
    for number, (name, latest) in enumerate(rows[-1]["statistics"].items()):
        if isinstance(latest, Mapping):
            curves = [
                _curve(rows, key, key, [row["statistics"].get(name, {}).get(key) for row in rows])
                for key in latest
            ]
        else:
            curves = [_curve(rows, name, name, [row["statistics"].get(name) for row in rows])]
        title = name.replace("_", " ")
        plots.append(lines(f"statistic-{number}", title, curves, "epoch", log=True))
    return "\n".join(plots)


def _cost(rows: Sequence[Row]) -> str:
    seconds = [row["seconds"] for row in rows]
    curve = Curve("valid_loss", seconds, [row["valid_loss"] for row in rows])
    last = rows[-1]
    rate = last["step"] / last["seconds"] if last["seconds"] else 0.0
    said = f"{last['step']} steps in {minutes(last['seconds'])}: {short(rate)} steps a second."
    return note(said) + lines("cost", "Validation loss over time", [curve], "seconds", log=True)


def _trials(rows: Sequence[Row]) -> str:
    numbers = [row["step"] for row in rows]
    losses = [row["valid_loss"] for row in rows]
    best = list(accumulate((inf if x is None else x for x in losses), min))
    curves = [Curve("trial", numbers, losses), Curve("best so far", numbers, best)]
    plots = [lines("trials", "Validation loss by trial", curves, "trial", log=True)]
    for number, name in enumerate(rows[-1]["hypers"]):
        values = [row["hypers"].get(name) for row in rows]
        if all(map(_is_number, values)):
            curve = Curve(name, values, losses)
            plots.append(points(f"hyper-{number}", name, [curve], name, "validation loss"))
    return "\n".join(plots)


def _started(about: About) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in about.versions.items())
    known = {"command": " ".join(about.command), "started": about.started, "seed": str(about.seed)}
    known |= {"device": about.device, "threads": str(about.threads), "versions": versions}
    return facts(known)


def _curve(rows: Sequence[Row], key: str, name: str, values: Sequence[Any] | None = None) -> Curve:
    y = [row.get(key) for row in rows] if values is None else values
    return Curve(name, [row["epoch"] for row in rows], list(y))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
