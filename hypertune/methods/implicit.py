"""Hypergradients by the implicit function theorem."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType, SolverType, Use
from hypertune.methods.solvers.cg import CG
from hypertune.methods.warming import WARMUP

if TYPE_CHECKING:
    from hypertune.methods.algorithms import Implicit


def _build(args: Args) -> Implicit:
    from hypertune.methods.algorithms import Implicit

    return Implicit(**args)


IMPLICIT = MethodType(
    name="implicit",
    doc="Trains for some batches, then moves the hyperparameters by the implicit function theorem "
    "(Bengio 2000, Pedregosa 2016, Lorraine 2020). A step is all of these batches.",
    args=(
        Arg("solver", "call", "of the linear system", default=CG.default(), kind=SolverType),
        Arg("inner_steps", "int", "training batches of a step", default=20, low=1),
        WARMUP,
    ),
    follows=frozenset({Use.SMOOTH}),
    optimisers={"weights": "", "hypers": ""},
    build=_build,
    passes=lambda args: (),
    tunes_vectors=lambda args: True,
    uses_prior=True,
)
