"""Hypergradients as exact as a certified step needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType, Use

if TYPE_CHECKING:
    from hypertune.methods import algorithms


def _build(args: Args) -> algorithms.MAID:
    from hypertune.methods import algorithms

    return algorithms.MAID(**args)


def _constant(name: str, of: str) -> Arg:
    doc = f"{of}; without it, computed where that loss is quadratic in the weights"
    return Arg(name, "float", doc, default=None, low=0, open_low=True)


MAID = MethodType(
    name="maid",
    doc="Solves the training problem only as exactly as a step needs it that certainly lowers the "
    "validation loss, and finds the length of the step by such a search (Salehi 2025). For "
    "strongly convex training losses; it wants `batch = all`.",
    args=(
        Arg("accuracy", "float", "of the weights at first", default=0.1, low=0, open_low=True),
        Arg(
            "first_step",
            "float",
            "the first one tried",
            default=0.01,
            low=0,
            open_low=True,
        ),
        _constant("strong_convexity", "the least curvature of the training loss in the weights"),
        _constant("smoothness", "the largest curvature of the validation loss in the weights"),
        Arg("adaptive", "bool", "change the accuracy as needed; for comparison", default=True),
        Arg("max_inner", "int", "the most gradients or products of a solve", 10_000, low=1),
    ),
    follows=frozenset({Use.SMOOTH}),
    optimisers={},
    build=_build,
    passes=lambda args: (),
    copies=lambda args, columns: 2,  # in the network and as one vector
    tunes_vectors=lambda args: True,
    whole_batch=True,
    uses_prior=True,
)
