"""Conjugate gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, SolverType

if TYPE_CHECKING:
    from hypertune.methods.algorithms import solvers


def _build(args: Args) -> solvers.CG:
    from hypertune.methods.algorithms import solvers

    return solvers.CG(**args)


CG = SolverType(
    name="cg",
    doc="conjugate gradients; end where the curvature is not positive",
    args=(
        Arg("max_iterations", "int", "products with the Hessian", default=20, low=1),
        Arg("tolerance", "float", "relative residual to stop at", default=1e-6, low=0),
        Arg("damping", "float", "added to the diagonal of the Hessian", default=0.0, low=0),
    ),
    build=_build,
)
