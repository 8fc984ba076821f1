"""`int(lo, hi)`: a whole number from `lo` to `hi`, both included.

The free value is that of `real(lo, hi + 1)`, floored where it is read; a start stands in the
middle of its unit, so that 4 is read as 4 and is as far from 3 as from 5.
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


def _free(own: float, lo: float, hi: float) -> float:
    return interval.free(own + 0.5, lo, hi + 1)


def _own(free: float, lo: float, hi: float) -> float:
    return min(floor(interval.own(free, lo, hi + 1)), hi)  # far out, rounding reaches hi + 1


def _tensor(free: Any, lo: Any, hi: Any) -> Any:
    return interval.tensor(free, lo, hi + 1).floor().minimum(hi)


INT = DomainType(
    name="int",
    doc="a whole number from `lo` to `hi`, both included",
    args=(
        Arg("lo", "int", "the least value"),
        Arg("hi", "int", "the greatest value"),
    ),
    bounds=_bounds,
    free=_free,
    own=_own,
    tensor=_tensor,
    closed=True,
    discrete=True,
    refuses=_refuses,
)
