"""One test for every law of a layer type."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from hypertune.catalogue import LayerType
from hypertune.testing.case import Case
from hypertune.testing.trial import trials


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
