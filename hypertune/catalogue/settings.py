"""The lines `key = value` of each section: what they say, and what stands there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from hypertune.catalogue.arguments import REQUIRED, Arg, Required
from hypertune.catalogue.data_kinds import AugmentType, CorruptionType, SourceType
from hypertune.catalogue.kinds import LossType, MetricType
from hypertune.catalogue.training_kinds import MethodType, OptimiserType, ScheduleType


@frozen
class Setting:
    """One line: a kind by name, a value, a tuple of values by name, or what its section knows.

    An `arg` is all that the checker, the printers and the editors need; in `tune` it names a
    field of `ir.Tune`. `args` are the items of a tuple in which each has a name, such as a split.
    `words` can stand there as well. `line` is an example of one that must be written.
    """

    doc: str
    kind: type[Any] | None = None
    arg: Arg | None = None
    args: tuple[Arg, ...] = ()
    words: tuple[str, ...] = ()
    line: str = ""


def _settings(*args: Arg) -> dict[str, Setting]:
    return {arg.name: Setting(arg.doc, arg=arg) for arg in args}


# The optimisers by what they move.
ROLES: Final[Mapping[str, str]] = {
    "weights": "the optimiser of the weights",
    "hypers": "the optimiser of the hyperparameters",
    "responses": "the optimiser of the responses; as the weights' where none is written",
    "spreads": "the optimiser of the spreads; as the hyperparameters' where none is written",
}


def _length(name: str, doc: str, *units: str, default: Required | None = REQUIRED) -> Arg:
    return Arg(name, "length", doc, default, low=0, open_low=True, units=units)


# Of these exactly one says how long to train.
LENGTHS: Final = {
    arg.name: arg
    for arg in (
        _length("epochs", "the length, in passes over the training part", "epochs"),
        _length("steps", "the length, in training steps", "steps"),
        _length("budget", "the length, in time: `30 min`", "seconds"),
    )
}
PARTS: Final = ("train", "valid", "test")
_SPLIT: Final = (
    Arg("train", "share", "the examples that train the weights", None, low=0),
    Arg("valid", "share", "the examples that judge the hyperparameters", None, low=0),
    Arg("test", "share", "the examples that are kept for the end", None, low=0),
    Arg("seed", "int", "what the shuffle starts from", None, low=0),
    Arg("stratified", "bool", "whether classes are divided evenly", False),
)
_SCALE: Final = (
    Arg("mean", "numbers", "what is taken away, one number or one per channel"),
    Arg("std", "numbers", "what is divided by", low=0, open_low=True),
)
_BATCH: Final = Arg("batch", "int", "examples in a batch, or `all`", None, low=1, unset="all")
_WINDOW: Final = Arg("window", "int", "steps of a sequence that are looked back on", None, low=1)

SECTIONS: Final[Mapping[str, Mapping[str, Setting]]] = {
    "data": {
        "source": Setting("where the examples come from", SourceType, line="source = digits"),
        "root": Setting("the folder of the data"),
        "download": Setting("whether the network may be asked for it", words=("true", "false")),
        "split": Setting(
            "shares or counts of the parts",
            args=_SPLIT,
            line="split = (train = 60%, valid = 20%, test = 20%)",
        ),
        "scale": Setting(
            "`standardize`, or the numbers to normalise with",
            args=_SCALE,
            words=("standardize",),
            line="scale = (mean = 0.3, std = 0.4)",
        ),
        "corrupt": Setting(
            "what is damaged in the training part, for a demonstration", CorruptionType
        ),
        "augment": Setting("what is done to training examples", AugmentType),
        "batch": Setting(_BATCH.doc, arg=_BATCH, line="batch = 64"),
        "window": Setting(_WINDOW.doc, arg=_WINDOW, line="window = 35"),
    },
    "objective": {
        "train": Setting(
            "what the weights minimise: a loss plus penalties",
            LossType,
            line="train = cross_entropy",
        ),
        "valid": Setting(
            "what the hyperparameters minimise", LossType, line="valid = cross_entropy"
        ),
        "direct": Setting("tuned hyperparameters that `valid` may take directly, where meant"),
        "report": Setting("metrics for people", MetricType),
    },
    "tune": {
        "method": Setting(
            "how the hyperparameters are tuned", MethodType, line="method = delta_stn"
        ),
        **{role: Setting(doc, OptimiserType) for role, doc in ROLES.items()},
        "schedule": Setting("of the learning rate of the weights", ScheduleType),
        **_settings(
            Arg("clip", "float", "the largest norm of a gradient", None, low=0, open_low=True),
            Arg(
                "precision",
                "string",
                "of the arithmetic: `float32` or `bf16`",
                "float32",
                choices=("float32", "bf16"),
            ),
            *LENGTHS.values(),
            _length(
                "patience",
                "how long the validation loss may not improve",
                "epochs",
                "steps",
                default=None,
            ),
            Arg("seed", "int", "what all randomness starts from", 0, low=0),
            Arg(
                "refit",
                "string",
                "whether the network is trained again, on the training and the validation part, "
                "through what was tuned: until the `best` epoch or the `last`",
                None,
                choices=("best", "last"),
            ),
        ),
    },
}
