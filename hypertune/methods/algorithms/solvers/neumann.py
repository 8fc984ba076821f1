"""A truncated Neumann series."""

from __future__ import annotations

import torch
from attrs import evolve, frozen

from hypertune.methods.algorithms.solvers.solver import (
    Product,
    Solution,
    Vector,
    add_,
    copied,
    norm,
    relative,
)
from hypertune.methods.options import option
from hypertune.methods.solvers.neumann import NEUMANN
from hypertune.runtime import Problem, Recipe
from hypertune.uses import CannotTrain


@frozen(kw_only=True)
class Neumann:
    """The sum of scale (I - scale H)^j b over j below `terms`.

    It converges where 0 < scale × H < 2. As many steps of gradient descent by `scale`, unrolled
    at the weights as they are, give the same.

    Statistics: `contraction` is the ratio of the last two terms, which tends to the largest
    absolute eigenvalue of I - scale H: below one the series falls. A `residual` above one, which
    the last product gives, is worse than that of no solution and said to be infinite.

    Args:
        terms: how many, and as many products.
        scale: that of the series; the learning rate of the weights if None.

    Source: Lorraine, Vicol and Duvenaud 2020, algorithm 3.

    """

    terms: int = option(NEUMANN, "terms")
    scale: float | None = option(NEUMANN, "scale")

    def prepared(self, problem: Problem, recipe: Recipe) -> Neumann:
        if self.scale is not None:
            return self
        rate = recipe.need("weights").options.get("lr")
        if not isinstance(rate, int | float):
            raise CannotTrain("the optimiser for `weights` has no learning rate: give a `scale`")
        return evolve(self, scale=float(rate))

    def shortened(self) -> Neumann:
        return evolve(self, terms=min(self.terms, 2))

    def solve(self, product: Product, b: Vector, generator: torch.Generator) -> Solution:
        assert self.scale is not None, "not prepared"
        first = last = norm(b)
        term, total = b, copied(b)
        for j in range(self.terms):
            if j:
                last = norm(term)
                add_(total, term)
            add_(term, product(term), -self.scale)
        for part in total:
            part.mul_(self.scale)
        left = norm(term)
        share = relative(left, first)
        return Solution(
            total,
            {
                "residual": share.masked_fill(share > 1, torch.inf),
                "contraction": relative(left, last),
                "products": left.new_full((), self.terms),
            },
        )
