"""Options of every method that takes training and validation steps by turns."""

from __future__ import annotations

from hypertune.catalogue import Arg, Pass, Use
from hypertune.ir import Quantity

WARMUP = Arg(
    "warmup",
    "quantity",
    "training before the first validation step",
    default=Quantity(5, "epochs"),
    low=0,
)
VALID_STEPS = Arg("valid_steps", "int", "validation steps in a turn", default=1, low=1)
ENTROPY = Arg(
    "entropy", "float", "weight of the entropy of the tuned spreads", default=1e-3, low=0
)

VALIDATION = Pass((), responding=True)  # its gradients are those of hyperparameters

FOLLOWS = frozenset({Use.SMOOTH, Use.STOCHASTIC, Use.DISCRETE})
OPTIMISERS = {"weights": "", "responses": "weights", "hypers": "", "spreads": "hypers"}


def train_steps(default: int) -> Arg:
    return Arg("train_steps", "int", "training steps in a turn", default=default, low=1)
