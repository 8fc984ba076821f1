"""`rate`: between 0 and 0.95, for dropout and its friends."""

from __future__ import annotations

from hypertune.catalogue import DomainType
from hypertune.hyper import interval

RATE = DomainType(
    name="rate",
    doc="a number strictly between 0 and 0.95, for dropout and its friends",
    args=(),
    bounds=lambda args: (0.0, 0.95),
    unconstrain=interval.unconstrain,
    constrain=interval.constrain,
    constrain_tensor=interval.constrain_tensor,
)
