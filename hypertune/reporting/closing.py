"""The closing table: where the hyperparameters went, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isclose
from typing import Any

from hypertune.reporting.numbers import aligned, minutes, short
from hypertune.terminal import visible_lines

Hypers = Mapping[str, float | str]

_NO_NUMBERS = ("step", "epoch", "hypers")  # of the state of a run


def closing(start: Hypers, summary: Mapping[str, Any]) -> str:
    """The end of a run as text.

    Args:
        start: each hyperparameter's start.
        summary: as in summary.json.

    """
    best, last = summary["best"], summary["last"]
    head = f"{summary['method']}: {summary['message']} in {minutes(summary['seconds'])}"
    if last is None and "study" in summary:
        others = ["  other processes have trained all its trials", *_others(summary["study"])]
        return visible_lines("\n\n".join([head, *others]))
    if best is None or last is None:
        return (
            visible_lines(head)
            + "\nno validation loss was a number, so there is no network to keep"
        )
    if "trials" in summary:
        return visible_lines("\n\n".join([head, *_study(start, summary)]))
    parts = [head]
    states = {"best": best, "last": last}
    if again := summary.get("refit"):
        states["refit"] = again
    if start:
        hypers = [
            [name, short(value), *(short(state["hypers"].get(name)) for state in states.values())]
            for name, value in start.items()
        ]
        parts.append(aligned([["", "start", *states], *hypers], indent="  "))
    names = [name for name in last if name not in _NO_NUMBERS]
    epochs = [f"{name} (epoch {short(state['epoch'])})" for name, state in states.items()]
    numbers = [[_words(n), *(short(x.get(n, "")) for x in states.values())] for n in names]
    parts.append(aligned([["", *epochs], *numbers], indent="  "))
    if again:
        parts.append("The network of `refit` is kept: it saw the validation part as well.")
    elif _moved(start, last["hypers"]) and not _moved(start, best["hypers"]):
        parts.append(
            "The best validation loss was measured before tuning began: the network that is kept "
            "is the\none that training without tuning would have kept."
        )
    return visible_lines("\n\n".join(parts))


def _study(start: Hypers, summary: Mapping[str, Any]) -> Iterator[str]:
    """The best of its trials; the last is nothing special."""
    best = summary["best"]
    states = {f"best (trial {best['step']})": best}
    if again := summary.get("refit"):
        states["refit"] = again
    counts = ", ".join(f"{count} {outcome}" for outcome, count in summary["trials"].items())
    yield f"  trials: {counts}; {short(summary['epochs'])} epochs in all"
    if start:
        hypers = [
            [name, short(value), *(short(state["hypers"].get(name)) for state in states.values())]
            for name, value in start.items()
        ]
        yield aligned([["", "start", *states], *hypers], indent="  ")
    names = [name for name in best if name not in _NO_NUMBERS]
    numbers = [[_words(n), *(short(x.get(n, "")) for x in states.values())] for n in names]
    yield aligned([["", *states], *numbers], indent="  ")
    yield from _others(summary.get("study", {}))
    if best["step"] == 1:
        yield "No trial was better than the first, which started as the spec says."


def _others(study: Mapping[str, Any]) -> Iterator[str]:
    """How a study stands that other processes work on as well."""
    if "best" in study:
        best = f"trial {study['best']} ({short(study.get('valid_loss'))}) of {study.get('run')}"
        running = f", {study['running']} in progress" if study.get("running") else ""
        yield f"  in the whole study: {study.get('trials')} trials{running}; the best is {best}"


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
