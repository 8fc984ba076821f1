"""The lines `key = value` of each section: what they say, and what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from hypertune.catalogue.arguments import Arg
from hypertune.catalogue.data_kinds import AugmentType, CorruptionType, SourceType
from hypertune.catalogue.kinds import LossType, MetricType
from hypertune.catalogue.training_kinds import MethodType, OptimiserType, ScheduleType


@frozen
class Setting:
    """One line: a kind by name, a value such as an argument takes, or what its section knows.

    An `arg` is all that the checker, the printers and the editors need: it names a field of
    `ir.Tune`.
    """

    doc: str
    kind: type[Any] | None = None
    arg: Arg | None = None


# The optimisers by what they move, and the units of a length that is just a number.
ROLES: Final[Mapping[str, str]] = {
    "weights": "the optimiser of the weights",
    "hypers": "the optimiser of the hyperparameters",
    "responses": "the optimiser of the responses; as the weights' where none is written",
    "spreads": "the optimiser of the spreads; as the hyperparameters' where none is written",
}
LENGTHS: Final = {"epochs": "epochs", "steps": "steps", "budget": "seconds"}

_CLIP = Arg("clip", "float", "largest norm of a gradient", None, low=0, open_low=True)
_PRECISION = Arg(
    "precision", "string", "of the arithmetic", "float32", choices=("float32", "bf16")
)
_SEED = Arg("seed", "int", "what all randomness starts from", 0, low=0)

SECTIONS: Final[Mapping[str, Mapping[str, Setting]]] = {
    "data": {
        "source": Setting("where the examples come from", SourceType),
        "root": Setting("the folder of the data"),
        "download": Setting("whether the network may be asked for it"),
        "split": Setting("shares or counts of the parts"),
        "scale": Setting("`standardize`, or the numbers to normalise with"),
        "corrupt": Setting(
            "what is damaged in the training part, for a demonstration", CorruptionType
        ),
        "augment": Setting("what is done to training examples", AugmentType),
        "batch": Setting("examples in a batch, or `all`"),
        "window": Setting("steps of a sequence that are looked back on"),
    },
    "objective": {
        "train": Setting("what the weights minimise: a loss plus penalties", LossType),
        "valid": Setting("what the hyperparameters minimise", LossType),
        "direct": Setting("tuned hyperparameters that `valid` may take directly, where meant"),
        "report": Setting("metrics for people", MetricType),
    },
    "tune": {
        "method": Setting("how the hyperparameters are tuned", MethodType),
        **{role: Setting(doc, OptimiserType) for role, doc in ROLES.items()},
        "schedule": Setting("of the learning rate of the weights", ScheduleType),
        "clip": Setting("the largest norm of a gradient", arg=_CLIP),
        "precision": Setting("of the arithmetic: `float32` or `bf16`", arg=_PRECISION),
        "epochs": Setting("the length, in passes over the training part"),
        "steps": Setting("the length, in training steps"),
        "budget": Setting("the length, in time: `30 min`"),
        "patience": Setting("how long the validation loss may not improve"),
        "seed": Setting("what all randomness starts from", arg=_SEED),
    },
}
