"""Solvers of the linear system of an implicit hypergradient, as specs name them."""

from hypertune.catalogue import SolverType
from hypertune.methods.solvers.cg import CG
from hypertune.methods.solvers.exact import EXACT
from hypertune.methods.solvers.identity import IDENTITY
from hypertune.methods.solvers.neumann import NEUMANN
from hypertune.methods.solvers.nystrom import NYSTROM

STANDARD: tuple[SolverType, ...] = (CG, NEUMANN, IDENTITY, EXACT, NYSTROM)
