"""`real`: any number, or `real(lo, hi)`: any number between two."""

from __future__ import annotations

from math import inf, isinf
from typing import Any

from hypertune.catalogue import Arg, Args, DomainType
from hypertune.hyper import interval


def _bounds(args: Args) -> tuple[float, float]:
    lo, hi = args.get("lo"), args.get("hi")
    return (-inf if lo is None else lo), (inf if hi is None else hi)


def _refuses(args: Args) -> str:
    lo, hi = args.get("lo"), args.get("hi")
    if lo is None and hi is None:
        return ""
    if lo is None or hi is None:
        return "an interval needs both of its ends"
    return interval.refuses(args)


def _unconstrain(value: float, lo: float, hi: float) -> float:
    if isinf(lo) and isinf(hi):
        return value
    return interval.unconstrain(value, lo, hi)


def _constrain(unconstrained: float, lo: float, hi: float) -> float:
    if isinf(lo) and isinf(hi):
        return unconstrained
    return interval.constrain(unconstrained, lo, hi)


def _constrain_tensor(unconstrained: Any, lo: Any, hi: Any) -> Any:
    bounded = (hi - lo).isfinite()
    # Infinite ends are replaced before the arithmetic: `where` alone would let NaN gradients by.
    between = interval.constrain_tensor(unconstrained, lo.where(bounded, 0), hi.where(bounded, 1))
    return between.where(bounded, unconstrained)


REAL = DomainType(
    name="real",
    doc="any number, or any number strictly between `lo` and `hi`",
    args=(
        Arg("lo", "float", "lower end, itself excluded; without it there is none", default=None),
        Arg("hi", "float", "upper end, itself excluded; without it there is none", default=None),
    ),
    bounds=_bounds,
    unconstrain=_unconstrain,
    constrain=_constrain,
    constrain_tensor=_constrain_tensor,
    refuses=_refuses,
)
