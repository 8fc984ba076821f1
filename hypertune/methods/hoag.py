"""Hypergradients that are solved for more and more exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType, Use

if TYPE_CHECKING:
    from hypertune.methods import algorithms


def _build(args: Args) -> algorithms.HOAG:
    from hypertune.methods import algorithms

    return algorithms.HOAG(**args)


HOAG = MethodType(
    name="hoag",
    doc="Solves the training problem and a linear system, up to a tolerance that falls from step "
    "to step, and moves the hyperparameters by the gradient so found; it chooses the length of "
    "its steps itself (Pedregosa 2016). It wants `batch = all`.",
    args=(
        Arg("tolerance", "float", "of the first step", default=1e-3, low=0, open_low=True),
        Arg(
            "decrease",
            "string",
            "of the tolerance: by 0.9 at each step, or as 1/k² or 1/k³",
            default="exponential",
            choices=("exponential", "quadratic", "cubic"),
        ),
        Arg("max_inner", "int", "the most gradients or products of a solve", 1000, low=1),
    ),
    follows=frozenset({Use.SMOOTH}),
    optimisers={},
    build=_build,
    passes=lambda args: (),
    copies=lambda args, columns: 3,  # in the network, as one vector, and a solution
    tunes_vectors=lambda args: True,
    whole_batch=True,
    uses_prior=True,
)
