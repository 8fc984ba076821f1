"""Hyperparameters that are declared in a way that cannot be."""

from __future__ import annotations

from hypertune.diagnostics import TUNED, Diagnostic, Example, Span


class MissingStart(Diagnostic):
    """A hyperparameter has no value to start from."""

    code = "HT402"
    title = "missing initial value of `{names}`"
    label = "write `= START` after the domain"
    example = Example(wrong="hyper decay : log(1e-8, 1) per batch", of=TUNED)

    names: str


class NotAStart(Diagnostic):
    """A hyperparameter starts from something that is not in its domain at all."""

    code = "HT403"
    title = "the initial value must be {wanted}"
    label = "this is {found}"
    example = Example(wrong='hyper decay : log(1e-8, 1) = "small" per batch', of=TUNED)

    found: str
    wanted: str


class StartOutside(Diagnostic):
    """A hyperparameter starts on or beyond a bound of its domain.

    Methods move an unconstrained value that runs from minus to plus infinity between the bounds;
    at a bound itself it would be infinite. The bounds of `int` are included.
    """

    code = "HT404"
    title = "the initial value {value} is outside its domain"
    label = "must lie {wanted}"
    notes = (("domain", "the domain"),)
    example = Example(wrong="hyper decay : log(1e-8, 1) = 1 per batch", of=TUNED)

    value: str
    wanted: str
    domain: Span
