"""One network from hyperparameters to all weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType, Pass
from hypertune.methods.alternation import FOLLOWS, VALID_STEPS, WARMUP, train_steps

if TYPE_CHECKING:
    from hypertune.methods.algorithms import Hypernet


def _build(args: Args) -> Hypernet:
    from hypertune.methods.algorithms import Hypernet

    return Hypernet(**args)


HYPERNET = MethodType(
    name="hypernet",
    doc="Trains a network that gives all weights for any hyperparameters, and moves these by the "
    "validation loss through it (Lorraine and Duvenaud 2018). The weights stand as many times in "
    "memory as there are hyperparameters, or hidden units, and once more.",
    args=(
        Arg(
            "reach",
            "string",
            "where it is trained: at draws around the current values, all along; or over the "
            "whole domains, during the warm-up alone",
            default="local",
            choices=("local", "global"),
        ),
        Arg("hidden", "int", "units of its hidden layer; 0 for a linear one", default=0, low=0),
        Arg("draws", "int", "values that each batch is trained at", default=2, low=1),
        WARMUP,
        train_steps(10),
        VALID_STEPS,
    ),
    follows=FOLLOWS,
    optimisers={"weights": "", "hypers": ""},
    build=_build,
    passes=lambda args: (Pass(times=args["draws"], of_all=True),),
    copies=lambda args, columns: 1 + (args["hidden"] or columns),
    uses_prior=True,
)
