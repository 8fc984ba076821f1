"""`positive`: above 0; the free value is the inverse softplus."""

from __future__ import annotations

from math import exp, expm1, inf, log, log1p
from typing import Any

from hypertune.catalogue import DomainType


def _free(own: float, lo: float, hi: float) -> float:
    return own + log(-expm1(-own))


def _own(free: float, lo: float, hi: float) -> float:
    return max(free, 0.0) + log1p(exp(-abs(free)))


def _tensor(free: Any, lo: Any, hi: Any) -> Any:
    from torch.nn import functional

    return functional.softplus(free, threshold=40)  # the default, 20, costs digits in float64


POSITIVE = DomainType(
    name="positive",
    doc="a number above 0",
    args=(),
    bounds=lambda args: (0.0, inf),
    free=_free,
    own=_own,
    tensor=_tensor,
)
