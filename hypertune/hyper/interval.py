"""The logistic map between an open interval and the line, exact near both ends."""

from __future__ import annotations

from math import exp, log
from typing import Any

from hypertune.catalogue import Args


def refuses(args: Args) -> str:
    """Why `lo` and `hi` make no interval, or nothing."""
    return "" if args["lo"] < args["hi"] else "the lower end is not below the upper one"


def free(own: float, lo: float, hi: float) -> float:
    """Logit of the position of `own` between `lo` and `hi`."""
    return log(own - lo) - log(hi - own)


def own(free: float, lo: float, hi: float) -> float:
    """Inverse of `free`; measured from the nearer end, so that no digit is lost there."""
    small = exp(-abs(free))
    share = small / (1 + small)
    return hi - (hi - lo) * share if free > 0 else lo + (hi - lo) * share


def tensor(free: Any, lo: Any, hi: Any) -> Any:
    """`own` for tensors, elementwise; the two weights add up to 1 but for rounding."""
    return (lo * (-free).sigmoid() + hi * free.sigmoid()).clamp(lo, hi)
