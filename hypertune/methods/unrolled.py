"""Hypergradients through the steps of training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType, Use
from hypertune.methods.warming import WARMUP

if TYPE_CHECKING:
    from hypertune.methods.algorithms import Unrolled


def _build(args: Args) -> Unrolled:
    from hypertune.methods.algorithms import Unrolled

    return Unrolled(**args)


def _refuses(args: Args) -> str:
    window, truncated = args["window"], args["truncated"]
    if truncated is None or truncated <= window:
        return ""
    return f"{truncated} steps cannot be differentiated in a window of {window}"


UNROLLED = MethodType(
    name="unrolled",
    doc="Trains for a window of batches, and moves the hyperparameters by the validation loss "
    "differentiated through it (Maclaurin 2015, Franceschi 2017, Shaban 2019). A step is a "
    "whole window. Learning rates and the like may be hyperparameters.",
    args=(
        Arg("window", "int", "training batches of a step", default=50, low=1),
        Arg(
            "mode",
            "string",
            "of differentiation; `forward` for few hyperparameters, none of them a vector",
            default="reverse",
            choices=("reverse", "forward"),
        ),
        Arg(
            "truncated",
            "int",
            "how many steps, the last, are differentiated; without it, all",
            default=None,
            low=1,
        ),
        Arg(
            "restart",
            "bool",
            "begin each window with the weights that the training began with",
            default=False,
        ),
        WARMUP,
    ),
    follows=frozenset({Use.SMOOTH, Use.OPTIMISER}),
    optimisers={"weights": "", "hypers": ""},
    build=_build,
    passes=lambda args: (),
    tunes_vectors=lambda args: bool(args["mode"] == "reverse"),
    differentiates=True,
    refuses=_refuses,
    uses_prior=True,
)
