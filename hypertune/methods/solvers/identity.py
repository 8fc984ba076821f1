"""No solve at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Args, SolverType

if TYPE_CHECKING:
    from hypertune.methods.algorithms import solvers


def _build(args: Args) -> solvers.Identity:
    from hypertune.methods.algorithms import solvers

    return solvers.Identity(**args)


IDENTITY = SolverType(
    name="identity",
    doc="the Hessian taken for the identity (T1-T2, Luketina 2016)",
    args=(),
    build=_build,
)
