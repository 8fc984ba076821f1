"""The words of the language by the part they play, for whatever colours or completes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypertune.catalogue import SECTIONS

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
    "given": "the hyperparameters that the weights respond to: names, `*` or `none`",
    "on": "the device: `cpu`, `cuda:1`, `auto`",
    "as": "a name for what comes out",
    "per": "what gets a draw of its own: `example` or `batch`",
    "spread": "the standard deviation of the perturbation to start from, in unconstrained units",
    "prior": "the standard deviation of a normal prior around the start, in unconstrained units",
    "frozen": "declared and used, but not tuned",
}
MODES: Final[Mapping[str, str]] = {
    "example": "each example of a batch has a draw of its own",
    "batch": "one draw for the whole batch",
    "fixed": "the spread is not tuned",
    "add": "the outputs are added",
    "concat": "the outputs are laid side by side",
    "mean": "the mean of the outputs",
    "mul": "the outputs are multiplied, such as values and their gates",
}
CONSTANTS: Final = ("true", "false", "none", "all")
UNITS: Final = ("epochs", "steps", "seconds", "min", "hours")
FUNCTIONS: Final = ("min", "max", "round", "sqrt", "exp", "log")
KEYWORDS: Final = {**STATEMENTS, **PIECES, **CLAUSES, **MODES}
# No name may be one of these; those of MODES may.
RESERVED: Final = frozenset({*STATEMENTS, *PIECES, *CLAUSES})

SETTINGS: Final[Mapping[str, Mapping[str, str]]] = {
    section: {key: setting.doc for key, setting in settings.items()}
    for section, settings in SECTIONS.items()
}
