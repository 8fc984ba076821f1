"""Population-based training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType, Use
from hypertune.ir import Quantity

if TYPE_CHECKING:
    from hypertune.methods.algorithms import Population


def _build(args: Args) -> Population:
    from hypertune.methods.algorithms import Population

    return Population(**args)


POPULATION = MethodType(
    name="population",
    doc="Trains several members side by side; now and then the worst take over weights and "
    "hyperparameters of the best, and change these by a fifth (Jaderberg 2017). A step is one "
    "batch for each member, and the memory that of so many trainings.",
    args=(
        Arg("members", "int", "trainings side by side", default=10, low=2),
        Arg(
            "interval",
            "quantity",
            "training between two rounds of taking over",
            default=Quantity(1, "epochs"),
            low=0,
            open_low=True,
        ),
        Arg("share", "float", "of the members that are replaced", 0.2, low=0, high=0.5),
        Arg("resample", "float", "how likely a value is drawn anew", 0.25, low=0, high=1),
        Arg("valid_steps", "int", "validation batches that a round compares by", 8, low=1),
    ),
    follows=frozenset(Use),
    optimisers={"weights": ""},
    build=_build,
    copies=lambda args, columns: int(args["members"]),
)
