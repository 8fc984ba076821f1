"""The Hessian in full."""

from __future__ import annotations

import torch
from attrs import frozen

from hypertune.methods.algorithms.solvers.solver import Product, Solution, Vector, damped, residual
from hypertune.methods.options import option
from hypertune.methods.solvers.exact import EXACT
from hypertune.runtime import Problem, Recipe
from hypertune.uses import CannotTrain


@frozen(kw_only=True)
class Exact:
    """A dense solve, of problems that are small: a product for each weight.

    Args:
        damping: is added to the diagonal.
        limit: the most weights that it takes.

    """

    damping: float = option(EXACT, "damping")
    limit: int = option(EXACT, "limit")

    def prepared(self, problem: Problem, recipe: Recipe) -> Exact:
        size = sum(w.numel() for w in problem.base.values())
        if size > self.limit:
            raise CannotTrain(
                f"the solver `exact` takes at most {self.limit} weights, and here are {size}: take"
                " another, such as `cg`, or raise its `limit`"
            )
        return self

    def shortened(self) -> Exact:
        return _Shortened(damping=self.damping, limit=self.limit)

    def solve(self, product: Product, b: Vector, generator: torch.Generator) -> Solution:
        product = damped(product, self.damping)
        b_N = flat(b)
        hessian_NN = b_N.new_empty(len(b_N), len(b_N))
        for i in range(len(b_N)):
            unit_N = torch.zeros_like(b_N)
            unit_N[i] = 1
            hessian_NN[:, i] = flat(product(like(unit_N, b)))
        v_N, _ = torch.linalg.solve_ex(hessian_NN, b_N)  # `solve` would wait, to see if it can
        v = like(v_N, b)
        count = b_N.new_full((), len(b_N))
        return Solution(v, {"residual": residual(product, v, b), "products": count})


class _Shortened(Exact):
    """The memory of the whole solve, and a product for it all."""

    def solve(self, product: Product, b: Vector, generator: torch.Generator) -> Solution:
        b_N = flat(product(b))
        v_N, _ = torch.linalg.solve_ex(b_N.new_empty(len(b_N), len(b_N)), b_N)
        return Solution(like(v_N, b), {})


def flat(x: Vector) -> torch.Tensor:
    """One tensor of all, on the device of the first."""
    return torch.cat([part.flatten().to(x[0].device, x[0].dtype) for part in x])


def like(x_N: torch.Tensor, parts: Vector) -> Vector:
    """Tensors of the shapes, types and devices of `parts`."""
    pieces = torch.split(x_N, [part.numel() for part in parts])
    return [piece.view_as(p).to(p) for piece, p in zip(pieces, parts, strict=True)]
