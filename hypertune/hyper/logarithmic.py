"""`log(lo, hi)`: between two positive numbers, even in the logarithm."""

from __future__ import annotations

from math import exp, log, log1p
from typing import Any

from hypertune.catalogue import Arg, Args, DomainType
from hypertune.hyper import interval


def _bounds(args: Args) -> tuple[float, float]:
    return args["lo"], args["hi"]


def _unconstrain(value: float, lo: float, hi: float) -> float:
    # log(a / b) as log1p((a - b) / b): exact however near to one another a and b are
    return log(log1p((value - lo) / lo)) - log(log1p((hi - value) / value))


def _constrain(unconstrained: float, lo: float, hi: float) -> float:
    width, small = log(hi / lo), exp(-abs(unconstrained))
    share = small / (1 + small)
    return hi * exp(-width * share) if unconstrained > 0 else lo * exp(width * share)


def _constrain_tensor(unconstrained: Any, lo: Any, hi: Any) -> Any:
    return interval.constrain_tensor(unconstrained, lo.log(), hi.log()).exp().clamp(lo, hi)


LOG = DomainType(
    name="log",
    doc="a number strictly between `lo` and `hi`, even in its logarithm",
    args=(
        Arg("lo", "float", "lower end, above 0, itself excluded", low=0, open_low=True),
        Arg("hi", "float", "upper end, itself excluded", low=0, open_low=True),
    ),
    bounds=_bounds,
    unconstrain=_unconstrain,
    constrain=_constrain,
    constrain_tensor=_constrain_tensor,
    logarithmic=True,
    refuses=interval.refuses,
)
