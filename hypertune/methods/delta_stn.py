"""Delta-STN: the weights respond to the distance from the current hyperparameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType, Pass
from hypertune.methods.alternation import (
    ENTROPY,
    FOLLOWS,
    OPTIMISERS,
    VALID_SHARE,
    VALID_STEPS,
    WARMUP,
    train_steps,
    validation,
)

if TYPE_CHECKING:
    from hypertune.methods.algorithms import DeltaSTN


_SHARE, _LEAST_ROWS = 0.125, 64  # unless a spec says: fewer rows were not harmless everywhere


def _build(args: Args) -> DeltaSTN:
    from hypertune.methods.algorithms import DeltaSTN

    return DeltaSTN(**args)


def response_pass(share: float | None, linearised: bool) -> Pass:
    """The pass that responses are trained in."""
    asked, least = (_SHARE, _LEAST_ROWS) if share is None else (share, 1)
    return Pass(("response",), True, linearised, asked, least)


def _passes(args: Args) -> tuple[Pass, ...]:
    responses = response_pass(args["response_share"], args["linearise"])
    return Pass(), responses, validation(args)


DELTA_STN = MethodType(
    name="delta_stn",
    doc="Self-tuning networks, centred and linearised: weights and their responses are trained "
    "apart (Bae and Grosse 2020).",
    args=(
        WARMUP,
        train_steps(5),
        VALID_STEPS,
        VALID_SHARE,
        ENTROPY,
        Arg("linearise", "bool", "train responses on the first-order change", default=True),
        Arg(
            "response_share",
            "float",
            "share of each batch that responses are trained on; without it, "
            f"{_SHARE}, but at least {_LEAST_ROWS} rows",
            default=None,
            low=0,
            high=1,
            open_low=True,
        ),
        Arg(
            "response_every",
            "int",
            "training steps for each step of the responses, once the warm-up is over",
            default=1,
            low=1,
        ),
    ),
    follows=FOLLOWS,
    optimisers=OPTIMISERS,
    build=_build,
    needs_response=True,
    passes=_passes,
    uses_prior=True,
)
