"""One law and the cases of one kind, held together."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from os import environ
from typing import Any

import torch
from attrs import evolve, field, frozen
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies as st

from hypertune.catalogue import AugmentType, LayerType, LossType
from hypertune.testing.drawing import augment_cases, cases as layer_cases, loss_cases
from hypertune.testing.law import Check, Law
from hypertune.testing.laws import LAWS, augmentations, losses, methods
from hypertune.testing.method_case import MethodUse
from hypertune.testing.writing import Conforming


@frozen
class Sample:
    """How many cases a law is tried on, the seed by which they are drawn, and the device.

    All are the same every time, unless the environment variables `HYPERTUNE_CASES`,
    `HYPERTUNE_SEED` and `HYPERTUNE_DEVICE` ask for others.
    """

    size: int = field(factory=lambda: int(environ.get("HYPERTUNE_CASES", "25")))
    seed: int = field(factory=lambda: int(environ.get("HYPERTUNE_SEED", "0")))
    device: str = field(factory=lambda: environ.get("HYPERTUNE_DEVICE", "cpu"))

    def one_in(self, count: int) -> Sample:
        """A sample of one case where this one has `count`, of one at least.

        It is this one where the environment says how many cases each law shall be tried on.
        """
        asked = "HYPERTUNE_CASES" in environ
        return self if asked else evolve(self, size=max(1, self.size // count))

    def there(self) -> AbstractContextManager[object]:
        """Within, tensors are made on the device."""
        return nullcontext() if self.device == "cpu" else torch.device(self.device)


@frozen
class Trial:
    """One law and the cases of one kind; call it to hold them together."""

    law: Law
    cases: st.SearchStrategy[Any]
    sample: Sample
    waived: bool = False  # so that it is enough to know that a case breaks it

    def __call__(self) -> None:
        """Hold the law against a sample of the cases.

        Raises:
            AssertionError: with the smallest case found that breaks it.

        """
        self._hold(self.law.check)

    def counterexample(self) -> tuple[Exception, Any] | None:
        """What is wrong with the smallest case that breaks the law; None if it holds."""
        tried: deque[Any] = deque(maxlen=1)

        def check(case: Any) -> None:
            tried.append(case)
            self.law.check(case)

        try:
            self._hold(check)
        except Exception as fault:
            return fault, tried[0] if tried else None  # Hypothesis ends with the smallest
        return None

    def _hold(self, check: Check) -> None:
        def hold(case: Any) -> None:
            with self.sample.there():
                check(case)

        modest = settings(
            deadline=None,
            max_examples=self.sample.size,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
            phases=[Phase.generate] if self.waived else list(Phase),
        )
        seed(self.sample.seed)(modest(given(self.cases)(hold)))()


def trials(
    kind: Conforming,
    cases: st.SearchStrategy[Any] | None = None,
    sample: Sample | None = None,
    further: tuple[Law, ...] = (),
) -> dict[str, Trial]:
    """The laws that concern `kind`, and further ones, by name.

    Raises:
        ValueError: if `kind` waives what is no law, or without a reason.

    """
    laws, drawn = _laws(kind)
    cases, sample = drawn if cases is None else cases, sample or Sample()
    found = {
        law.name: Trial(law, cases, sample, law.name in kind.waived)
        for law in (*laws, *further)
        if law.concerns(kind)
    }
    _check_waived(kind.name, kind.waived, found)
    return found


def method_trials(use: MethodUse, sample: Sample | None = None) -> dict[str, Trial]:
    """The laws of a method, by name; those that ask for an answer are held on every toy.

    Raises:
        ValueError: if what is no law is waived, or without a reason.

    """
    sample = evolve(sample or Sample(), device="cpu")  # where the toys are
    found = {
        law.name: Trial(law, use.cases(law in methods.ANSWERED), sample, law.name in use.waived)
        for law in methods.LAWS
    }
    _check_waived(use.name, use.waived, found)
    return found


def _check_waived(name: str, waived: Mapping[str, str], laws: Mapping[str, Trial]) -> None:
    unknown = waived.keys() - laws.keys()
    if unknown:
        raise ValueError(f"`{name}` waives {sorted(unknown)}, which is no law of its")
    bare = sorted(law for law, reason in waived.items() if not reason.strip())
    if bare:
        raise ValueError(f"`{name}` waives {bare} without a reason")


def _laws(kind: Conforming) -> tuple[tuple[Law, ...], st.SearchStrategy[Any]]:
    match kind:
        case LayerType():
            return LAWS, layer_cases(kind)
        case AugmentType():
            return augmentations.LAWS, augment_cases(kind)
        case LossType():
            return losses.LAWS, loss_cases(kind)
