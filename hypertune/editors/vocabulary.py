"""The words of the language by the part they play, for whatever colours or completes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

STATEMENTS: Final[Mapping[str, str]] = {
    "hspec": "the version of the language; the first statement of every file",
    "include": "the statements of another file, relative to this one",
    "let": "a named constant",
    "hyper": "hyperparameters: names, domain, start",
    "data": "source, split, scaling, augmentation, batch",
    "model": "the network, layer after layer",
    "block": "a piece of network to be used like a layer",
    "objective": "what the weights and what the hyperparameters minimise",
    "tune": "method, optimisers, length",
}
PIECES: Final[Mapping[str, str]] = {
    "repeat": "a body several times over",
    "residual": "a body whose input is added to its output",
    "shortcut": "the body that the input of a residual goes through",
    "branch": "bodies side by side",
}
CLAUSES: Final[Mapping[str, str]] = {
    "given": "the hyperparameters that the weights answer to: names, `*` or `none`",
    "on": "the device: `cpu`, `cuda:1`, `auto`",
    "as": "a name for what comes out",
    "per": "what gets a draw of its own: `example` or `batch`",
    "spread": "the standard deviation of the perturbation to start from, in free units",
    "frozen": "declared and used, but not tuned",
}
MODES: Final[Mapping[str, str]] = {
    "example": "each example of a batch has a draw of its own",
    "batch": "one draw for the whole batch",
    "fixed": "the spread is not tuned",
    "add": "the outputs are added",
    "concat": "the outputs are laid side by side",
}
CONSTANTS: Final = ("true", "false", "none", "all")
UNITS: Final = ("epochs", "steps", "seconds", "min", "hours")
FUNCTIONS: Final = ("min", "max", "round", "sqrt", "exp", "log")
KEYWORDS: Final = {**STATEMENTS, **PIECES, **CLAUSES, **MODES}
# No name may be one of these; those of MODES may.
RESERVED: Final = frozenset({*STATEMENTS, *PIECES, *CLAUSES})

SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "data": {
        "source": "where the examples come from",
        "root": "the folder of the data",
        "download": "whether the network may be asked for it",
        "split": "shares or counts of the parts",
        "scale": "`standardize`, or the numbers to normalise with",
        "corrupt": "what is damaged in the training part, for a demonstration",
        "augment": "what is done to training examples",
        "batch": "examples in a batch, or `all`",
        "window": "steps of a sequence that are looked back on",
    },
    "objective": {
        "train": "what the weights minimise: a loss plus penalties",
        "valid": "what the hyperparameters minimise",
        "direct": "tuned hyperparameters that `valid` may take directly, where that is meant",
        "report": "metrics for people",
    },
    "tune": {
        "method": "how the hyperparameters are tuned",
        "weights": "the optimiser of the weights",
        "hypers": "the optimiser of the hyperparameters",
        "responses": "the optimiser of the responses; as the weights' where none is written",
        "spreads": "the optimiser of the spreads; as the hyperparameters' where none is written",
        "schedule": "of the learning rate of the weights",
        "clip": "the largest norm of a gradient",
        "precision": "of the arithmetic: `float32` or `bf16`",
        "epochs": "the length, in passes over the training part",
        "steps": "the length, in training steps",
        "budget": "the length, in time: `30 min`",
        "patience": "how long the validation loss may not improve",
        "seed": "what all randomness starts from",
    },
}
