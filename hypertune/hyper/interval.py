"""The logistic map between an open interval and the line, exact near both ends."""

from __future__ import annotations

from math import exp, log
from typing import Any

from hypertune.catalogue import Args


def refuses(args: Args) -> str:
    """Why `lo` and `hi` make no interval, or nothing."""
    return "" if args["lo"] < args["hi"] else "the lower end is not below the upper one"


def unconstrain(value: float, lo: float, hi: float) -> float:
    """Logit of the position of `value` between `lo` and `hi`."""
    return log(value - lo) - log(hi - value)


def constrain(unconstrained: float, lo: float, hi: float) -> float:
    """Inverse of `unconstrain`; measured from the nearer end, so that no digit is lost there."""
    small = exp(-abs(unconstrained))
    share = small / (1 + small)
    return hi - (hi - lo) * share if unconstrained > 0 else lo + (hi - lo) * share


def constrain_tensor(unconstrained: Any, lo: Any, hi: Any) -> Any:
    """`constrain` for tensors, elementwise; the two weights add up to 1 but for rounding."""
    return (lo * (-unconstrained).sigmoid() + hi * unconstrained.sigmoid()).clamp(lo, hi)
