"""The solvers of influence functions, by name."""

from __future__ import annotations

from hypertune.methods.algorithms.solvers import CG, Exact, Neumann, Solver


def solver_of(name: str, iterations: int, damping: float = 0.0, scale: float = 0.1) -> Solver:
    """A solver of H v = ∇V.

    Args:
        name: `cg`; `exact`, a dense solve; `lissa`, a Neumann series of which each term sees one
            chunk of the training part (Agarwal, Bullins and Hazan 2017).
        iterations: at most; the terms of `lissa`.
        damping: is added to the diagonal of H; `lissa` takes none.
        scale: what `lissa` multiplies H with; it converges below 2 over the largest eigenvalue.

    Raises:
        ValueError: if `lissa` is to be damped.

    """
    if name == "cg":
        return CG(max_iterations=iterations, tolerance=1e-6, damping=damping)
    if name == "exact":
        return Exact(damping=damping)
    if damping:
        raise ValueError("lissa takes no damping: its terms are few instead")
    return Neumann(terms=iterations, scale=scale)
