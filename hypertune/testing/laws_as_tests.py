"""One test for every law of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from hypertune.catalogue import AugmentType, LayerType, LossType
from hypertune.testing.augment_case import AugmentCase
from hypertune.testing.case import Case
from hypertune.testing.law import Law
from hypertune.testing.laws.augmentations import does_nothing_at
from hypertune.testing.loss_case import LossCase
from hypertune.testing.trial import Sample, trials
from hypertune.testing.writing import Conforming


def layer_laws(
    kind: LayerType, cases: st.SearchStrategy[Case] | None = None, one_in: int = 1
) -> Any:
    """`@layer_laws(KIND)` turns `def test_kind(law): law()` into a test for every law.

    A law that the kind waives is expected to fail, for the reason given: if it holds after all,
    its test fails.

    Args:
        kind: the layer type.
        cases: where to draw its uses from, if its arguments do not say enough.
        one_in: of so many cases only one is tried; for a sibling of a kind tried in full.

    """
    return _tests(kind, cases, sample=Sample().one_in(one_in))


def augment_laws(
    kind: AugmentType,
    cases: st.SearchStrategy[AugmentCase] | None = None,
    neutral: Mapping[str, float] | None = None,
) -> Any:
    """The same for an augmentation.

    Args:
        kind: the augmentation.
        cases: where to draw its uses from, if its arguments do not say enough.
        neutral: values of arguments at which it does nothing.

    """
    return _tests(kind, cases, (does_nothing_at(neutral),) if neutral else ())


def loss_laws(kind: LossType, cases: st.SearchStrategy[LossCase] | None = None) -> Any:
    """The same for a loss or penalty; arguments as for `layer_laws`."""
    return _tests(kind, cases)


def _tests(
    kind: Conforming,
    cases: st.SearchStrategy[Any] | None,
    further: tuple[Law, ...] = (),
    sample: Sample | None = None,
) -> Any:
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
            for name, trial in trials(kind, cases, sample, further).items()
        ],
    )
