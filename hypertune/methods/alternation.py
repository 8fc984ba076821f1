"""Options of every method that takes training and validation steps by turns."""

from __future__ import annotations

from hypertune.catalogue import Arg, Args, Pass, Use
from hypertune.ir import Quantity

WARMUP = Arg(
    "warmup",
    "quantity",
    "training before the first validation step",
    default=Quantity(5, "epochs"),
    low=0,
)
VALID_STEPS = Arg("valid_steps", "int", "validation steps in a turn", default=1, low=1)
VALID_SHARE = Arg(
    "valid_share",
    "float",
    "share of each validation batch that a validation step reads",
    default=1.0,
    low=0,
    high=1,
    open_low=True,
)
ENTROPY = Arg(
    "entropy", "float", "weight of the entropy of the tuned spreads", default=1e-3, low=0
)


FOLLOWS = frozenset({Use.SMOOTH, Use.STOCHASTIC, Use.DISCRETE})
OPTIMISERS = {"weights": "", "responses": "weights", "hypers": "", "spreads": "hypers"}


def validation(args: Args) -> Pass:
    """The pass of a validation step, whose gradients are those of hyperparameters."""
    return Pass((), responding=True, share=args["valid_share"])


def train_steps(default: int) -> Arg:
    return Arg("train_steps", "int", "training steps in a turn", default=default, low=1)
