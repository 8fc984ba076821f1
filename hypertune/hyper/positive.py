"""`positive`: above 0; the unconstrained value is the inverse softplus."""

from __future__ import annotations

from math import exp, expm1, inf, log, log1p
from typing import Any

from hypertune.catalogue import DomainType


def _unconstrain(value: float, lo: float, hi: float) -> float:
    return value + log(-expm1(-value))


def _constrain(unconstrained: float, lo: float, hi: float) -> float:
    return max(unconstrained, 0.0) + log1p(exp(-abs(unconstrained)))


def _constrain_tensor(unconstrained: Any, lo: Any, hi: Any) -> Any:
    from torch.nn import functional

    # the default threshold, 20, costs digits in float64
    return functional.softplus(unconstrained, threshold=40)


POSITIVE = DomainType(
    name="positive",
    doc="a number above 0",
    args=(),
    bounds=lambda args: (0.0, inf),
    unconstrain=_unconstrain,
    constrain=_constrain,
    constrain_tensor=_constrain_tensor,
)
