"""Whether a kind keeps the laws, for people who do not run pytest."""

from __future__ import annotations

from collections.abc import Iterator
from traceback import extract_tb

from attrs import frozen

from hypertune.testing.augment_case import AugmentCase
from hypertune.testing.case import Case
from hypertune.testing.drawing import Undrawable
from hypertune.testing.loss_case import LossCase
from hypertune.testing.method_case import MethodCase, MethodUse
from hypertune.testing.trial import Sample, Trial, method_trials, trials
from hypertune.testing.writing import Conforming

HELD, WAIVED, BROKEN = "held", "waived", "broken"


@frozen
class Verdict:
    """What came of one law.

    `ending` is `held`, `waived` or `broken`; `why` is the reason of a waiver or what was found;
    `case` is the smallest one that breaks the law.
    """

    law: str
    ending: str
    why: str = ""
    case: Case | AugmentCase | LossCase | MethodCase | None = None


def verdicts(kind: Conforming | MethodUse, sample: Sample | None = None) -> Iterator[Verdict]:
    """A verdict for each law that concerns a kind or a method, as it is reached.

    A law that is waived, and held after all, is broken: it must not be waived.

    Raises:
        Undrawable: if no uses of `kind` can be drawn.
        ValueError: if `kind` waives what is no law, or without a reason.

    """
    if isinstance(kind, MethodUse):
        found = method_trials(kind, sample)
    else:
        found = trials(kind, sample=sample)
    for name, trial in found.items():
        yield _verdict(name, trial, kind.waived.get(name, ""))


def _verdict(name: str, trial: Trial, waived: str) -> Verdict:
    found = trial.counterexample()
    if found is None:
        why = f"waived ({waived}), and it held in every case: waive it no longer"
        return Verdict(name, BROKEN, why) if waived else Verdict(name, HELD)
    fault, case = found
    if isinstance(fault, Undrawable):
        raise fault
    if waived and isinstance(fault, AssertionError):
        return Verdict(name, WAIVED, waived)
    return Verdict(name, BROKEN, _told(fault), case)


def _told(fault: Exception) -> str:
    """What an assertion says; of another fault, what and where as well."""
    if isinstance(fault, AssertionError):
        return str(fault)
    place = extract_tb(fault.__traceback__)[-1]
    return f"{type(fault).__name__}: {fault} ({place.filename}:{place.lineno})"
