"""`int(lo, hi)`: a whole number from `lo` to `hi`, both included.

The unconstrained value is that of `real(lo, hi + 1)`, floored where it is read; a start stands in
the middle of its unit, so that 4 is read as 4 and is as far from 3 as from 5.
"""

from __future__ import annotations

from math import floor
from typing import Any

from hypertune.catalogue import Arg, Args, DomainType
from hypertune.hyper import interval


def _bounds(args: Args) -> tuple[float, float]:
    return args["lo"], args["hi"]


def _refuses(args: Args) -> str:
    return "" if args["lo"] <= args["hi"] else "the least value is above the greatest"


def _unconstrain(value: float, lo: float, hi: float) -> float:
    return interval.unconstrain(value + 0.5, lo, hi + 1)


def _constrain(unconstrained: float, lo: float, hi: float) -> float:
    # far out, rounding reaches hi + 1
    return min(floor(interval.constrain(unconstrained, lo, hi + 1)), hi)


def _constrain_tensor(unconstrained: Any, lo: Any, hi: Any) -> Any:
    return interval.constrain_tensor(unconstrained, lo, hi + 1).floor().minimum(hi)


INT = DomainType(
    name="int",
    doc="a whole number from `lo` to `hi`, both included",
    args=(
        Arg("lo", "int", "the least value"),
        Arg("hi", "int", "the greatest value"),
    ),
    bounds=_bounds,
    unconstrain=_unconstrain,
    constrain=_constrain,
    constrain_tensor=_constrain_tensor,
    closed=True,
    discrete=True,
    refuses=_refuses,
)
