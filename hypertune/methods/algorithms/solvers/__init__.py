"""Solvers of H v = b by products with H, the Hessian of the training loss in the weights."""

from hypertune.methods.algorithms.solvers.cg import CG as CG
from hypertune.methods.algorithms.solvers.exact import Exact as Exact
from hypertune.methods.algorithms.solvers.identity import Identity as Identity
from hypertune.methods.algorithms.solvers.neumann import Neumann as Neumann
from hypertune.methods.algorithms.solvers.nystrom import Nystrom as Nystrom
from hypertune.methods.algorithms.solvers.solver import (
    Product as Product,
    Solution as Solution,
    Solver as Solver,
)
