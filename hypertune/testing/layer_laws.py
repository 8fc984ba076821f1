"""One test for every law of a layer type."""

from __future__ import annotations

from typing import Any

from attrs import frozen
from hypothesis import HealthCheck, given, settings, strategies as st

from hypertune.catalogue import LayerType
from hypertune.testing.case import Case
from hypertune.testing.drawing import cases as drawn_cases
from hypertune.testing.law import Law
from hypertune.testing.laws import LAWS


@frozen
class Trial:
    """One law and the cases of one layer type; call it to hold them together."""

    law: Law
    cases: st.SearchStrategy[Case]

    def __call__(self) -> None:
        """Hold the law against 25 cases.

        Raises:
            AssertionError: with the smallest case found that breaks it.

        """
        modest = settings(
            deadline=None,
            max_examples=25,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
        )
        modest(given(self.cases)(self._hold))()

    def _hold(self, case: Case) -> None:
        self.law.check(case)


def trials(kind: LayerType, cases: st.SearchStrategy[Case] | None = None) -> dict[str, Trial]:
    """The laws that concern `kind`, by name.

    Raises:
        ValueError: if `kind` waives what is no law.

    """
    cases = drawn_cases(kind) if cases is None else cases
    found = {law.name: Trial(law, cases) for law in LAWS if law.concerns(kind)}
    unknown = kind.waived.keys() - found.keys()
    if unknown:
        raise ValueError(f"`{kind.name}` waives {sorted(unknown)}, which is no law of its")
    return found


def layer_laws(kind: LayerType, cases: st.SearchStrategy[Case] | None = None) -> Any:
    """`@layer_laws(KIND)` turns `def test_kind(law): law()` into a test for every law.

    A law that the kind waives is expected to fail, for the reason given: if it holds after all,
    its test fails.

    Args:
        kind: the layer type.
        cases: where to draw its uses from, if its arguments do not say enough.

    """
    import pytest

    def marks(name: str) -> tuple[pytest.MarkDecorator, ...]:
        if name not in kind.waived:
            return ()
        reason = f"waived: {kind.waived[name]}"
        return (pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True),)

    return pytest.mark.parametrize(
        "law",
        [
            pytest.param(trial, id=name, marks=marks(name))
            for name, trial in trials(kind, cases).items()
        ],
    )
