"""The option of methods that train before they move the hyperparameters."""

from __future__ import annotations

from hypertune.catalogue import Arg
from hypertune.ir import Quantity

WARMUP = Arg(
    "warmup",
    "quantity",
    "training, in steps of one batch, before the hyperparameters first move",
    default=Quantity(0, "steps"),
    low=0,
)
