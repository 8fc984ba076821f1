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


def _build(args: Args) -> DeltaSTN:
    from hypertune.methods.algorithms import DeltaSTN

    return DeltaSTN(**args)


def _passes(args: Args) -> tuple[Pass, ...]:
    share = args["response_share"]
    responses = Pass(("response",), True, linearised=args["linearise"], share=share)
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
            "share of each batch that responses are trained on",
            default=1.0,
            low=0,
            high=1,
            open_low=True,
        ),
    ),
    follows=FOLLOWS,
    optimisers=OPTIMISERS,
    build=_build,
    needs_response=True,
    passes=_passes,
    uses_prior=True,
)
