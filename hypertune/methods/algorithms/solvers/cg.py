"""Conjugate gradients."""

from __future__ import annotations

import torch
from attrs import evolve, frozen

from hypertune.methods.algorithms.solvers.solver import (
    Product,
    Solution,
    Vector,
    add_,
    copied,
    damped,
    dot,
    relative,
)
from hypertune.methods.options import option
from hypertune.methods.solvers import cg
from hypertune.runtime import Problem, Recipe


@frozen(kw_only=True)
class CG:
    """Conjugate gradients on H + damping I, which end where the curvature is not positive.

    All iterations are run, because to ask whether the tolerance is reached would make the host
    wait; those after the end change nothing, and are not counted in `products`.

    Units: `tolerance` is of the norm of the residual relative to that of b.
    Source: Hestenes and Stiefel 1952; the end at negative curvature is Steihaug's, 1983.
    """

    max_iterations: int = option(cg.CG, "max_iterations")
    tolerance: float = option(cg.CG, "tolerance")
    damping: float = option(cg.CG, "damping")

    def prepared(self, problem: Problem, recipe: Recipe) -> CG:
        return self

    def shortened(self) -> CG:
        return evolve(self, max_iterations=min(self.max_iterations, 2))

    def solve(self, product: Product, b: Vector, generator: torch.Generator) -> Solution:
        product = damped(product, self.damping)
        v = [torch.zeros_like(part) for part in b]
        left, way = b, copied(b)
        square = start = dot(b, b)
        count, going = start.new_zeros(()), torch.ones_like(start, dtype=torch.bool)
        for _ in range(self.max_iterations):
            bent = product(way)
            curvature = dot(way, bent)
            going = going & (square > self.tolerance**2 * start) & (curvature > 0)
            length = torch.where(going, square / curvature, 0.0)
            add_(v, way, length)
            add_(left, bent, -length)
            del bent  # before the next one is there
            before, square = square, dot(left, left)
            _turn(way, left, torch.where(going, square / before, 0.0))
            count = count + going
        return Solution(v, {"residual": relative(square, start).sqrt(), "products": count})


def _turn(way: Vector, left: Vector, share: torch.Tensor) -> None:
    """The next direction, in place."""
    for p, q in zip(way, left, strict=True):
        p.mul_(share.to(p.device, p.dtype)).add_(q)
