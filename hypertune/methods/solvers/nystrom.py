"""A Hessian of low rank."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, SolverType

if TYPE_CHECKING:
    from hypertune.methods.algorithms import solvers


def _build(args: Args) -> solvers.Nystrom:
    from hypertune.methods.algorithms import solvers

    return solvers.Nystrom(**args)


NYSTROM = SolverType(
    name="nystrom",
    doc="a Hessian of low rank, from random directions (Hataya and Yamada 2023)",
    args=(
        Arg("rank", "int", "directions, and products with the Hessian", default=20, low=1),
        Arg(
            "damping",
            "float",
            "added to the diagonal of the Hessian",
            default=1e-2,
            low=0,
            open_low=True,
        ),
    ),
    build=_build,
)
