"""One law and the cases of one layer type, held together."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from os import environ

from attrs import field, frozen
from hypothesis import HealthCheck, given, seed, settings, strategies as st

from hypertune.catalogue import LayerType
from hypertune.testing.case import Case
from hypertune.testing.drawing import cases as drawn_cases
from hypertune.testing.law import Law
from hypertune.testing.laws import LAWS


@frozen
class Sample:
    """How many cases a law is tried on, and the seed by which they are drawn.

    Both are the same every time, unless the environment variables `HYPERTUNE_CASES` and
    `HYPERTUNE_SEED` ask for others.
    """

    size: int = field(factory=lambda: int(environ.get("HYPERTUNE_CASES", "25")))
    seed: int = field(factory=lambda: int(environ.get("HYPERTUNE_SEED", "0")))


@frozen
class Trial:
    """One law and the cases of one layer type; call it to hold them together."""

    law: Law
    cases: st.SearchStrategy[Case]
    sample: Sample

    def __call__(self) -> None:
        """Hold the law against a sample of the cases.

        Raises:
            AssertionError: with the smallest case found that breaks it.

        """
        self._hold(self.law.check)

    def counterexample(self) -> tuple[Exception, Case | None] | None:
        """What is wrong with the smallest case that breaks the law; None if it holds."""
        tried: deque[Case] = deque(maxlen=1)

        def check(case: Case) -> None:
            tried.append(case)
            self.law.check(case)

        try:
            self._hold(check)
        except Exception as fault:
            return fault, tried[0] if tried else None  # Hypothesis ends with the smallest
        return None

    def _hold(self, check: Callable[[Case], None]) -> None:
        def hold(case: Case) -> None:
            check(case)

        modest = settings(
            deadline=None,
            max_examples=self.sample.size,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
        )
        seed(self.sample.seed)(modest(given(self.cases)(hold)))()


def trials(
    kind: LayerType,
    cases: st.SearchStrategy[Case] | None = None,
    sample: Sample | None = None,
) -> dict[str, Trial]:
    """The laws that concern `kind`, by name.

    Raises:
        ValueError: if `kind` waives what is no law, or without a reason.

    """
    cases = drawn_cases(kind) if cases is None else cases
    sample = sample or Sample()
    found = {law.name: Trial(law, cases, sample) for law in LAWS if law.concerns(kind)}
    unknown = kind.waived.keys() - found.keys()
    if unknown:
        raise ValueError(f"`{kind.name}` waives {sorted(unknown)}, which is no law of its")
    bare = sorted(name for name, reason in kind.waived.items() if not reason.strip())
    if bare:
        raise ValueError(f"`{kind.name}` waives {bare} without a reason")
    return found
