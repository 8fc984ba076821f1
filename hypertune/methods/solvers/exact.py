"""A dense solve."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, SolverType

if TYPE_CHECKING:
    from hypertune.methods.algorithms import solvers


def _build(args: Args) -> solvers.Exact:
    from hypertune.methods.algorithms import solvers

    return solvers.Exact(**args)


EXACT = SolverType(
    name="exact",
    doc="the Hessian in full, for small problems",
    args=(
        Arg("damping", "float", "added to the diagonal of the Hessian", default=0.0, low=0),
        Arg("limit", "int", "the most weights that it takes", default=2000, low=1),
    ),
    build=_build,
)
