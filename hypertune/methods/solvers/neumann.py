"""A Neumann series."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, SolverType

if TYPE_CHECKING:
    from hypertune.methods.algorithms import solvers


def _build(args: Args) -> solvers.Neumann:
    from hypertune.methods.algorithms import solvers

    return solvers.Neumann(**args)


NEUMANN = SolverType(
    name="neumann",
    doc="a Neumann series cut short (Lorraine 2020); falls where the Hessian is below 2 / scale",
    args=(
        Arg("terms", "int", "terms, and products with the Hessian", default=10, low=1),
        Arg(
            "scale",
            "float",
            "of the series; without it, the learning rate of the weights",
            default=None,
            low=0,
            open_low=True,
        ),
    ),
    build=_build,
)
