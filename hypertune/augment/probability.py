"""How often an example is changed."""

from __future__ import annotations

from hypertune.catalogue import Arg, Use

P = Arg(
    "p",
    "float",
    "how often an example is changed",
    default=0.5,
    low=0,
    high=1,
    use=Use.STOCHASTIC,
)
