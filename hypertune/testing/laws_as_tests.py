"""One test for every law of a kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from hypertune.catalogue import AugmentType, LayerType, LossType
from hypertune.runtime import Method, Recipe
from hypertune.testing.augment_case import AugmentCase
from hypertune.testing.case import Case
from hypertune.testing.law import Law
from hypertune.testing.laws.augmentations import does_nothing_at
from hypertune.testing.loss_case import LossCase
from hypertune.testing.method_case import MethodUse
from hypertune.testing.toys import TOYS, Toy
from hypertune.testing.trial import Sample, Trial, method_trials, trials
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


def method_laws(
    method: Method[Any],
    recipe: Recipe,
    *,
    steps: int,
    short: int = 12,
    toys: Sequence[Toy] = TOYS,
    waived: Mapping[str, str] | None = None,
) -> Any:
    """`@method_laws(METHOD, RECIPE, steps=300)` does the same for a bilevel method.

    Its arguments are those of `MethodUse`.

    Raises:
        ValueError: if what is no law is waived, or without a reason.

    """
    use = MethodUse(method, recipe, steps, short, toys, waived or {})
    return _marked(method_trials(use), use.waived)


def _tests(
    kind: Conforming,
    cases: st.SearchStrategy[Any] | None,
    further: tuple[Law, ...] = (),
    sample: Sample | None = None,
) -> Any:
    return _marked(trials(kind, cases, sample, further), kind.waived)


def _marked(found: Mapping[str, Trial], waived: Mapping[str, str]) -> Any:
    """A parameter for each law; of those that are waived it is expected that they break."""
    import pytest

    def marks(name: str) -> tuple[pytest.MarkDecorator, ...]:
        if name not in waived:
            return ()
        reason = f"waived: {waived[name]}"
        return (pytest.mark.xfail(reason=reason, raises=AssertionError, strict=True),)

    return pytest.mark.parametrize(
        "law",
        [pytest.param(trial, id=name, marks=marks(name)) for name, trial in found.items()],
    )
