"""Self-tuning networks: the weights respond to the hyperparameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Args, MethodType, Pass
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
    from hypertune.methods import algorithms


def _build(args: Args) -> algorithms.STN:
    from hypertune.methods import algorithms

    return algorithms.STN(**args)


STN = MethodType(
    name="stn",
    doc="Self-tuning networks: the weights respond to perturbed hyperparameters (MacKay 2019). "
    "Fragile where a perturbation can make a penalty very strong: see docs/methods.md.",
    args=(WARMUP, train_steps(2), VALID_STEPS, VALID_SHARE, ENTROPY),
    follows=FOLLOWS,
    optimisers=OPTIMISERS,
    build=_build,
    needs_response=True,
    perturbs_weights=True,
    passes=lambda args: (Pass(("base", "response"), responding=True), validation(args)),
    uses_prior=True,
)
