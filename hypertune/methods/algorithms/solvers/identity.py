"""The Hessian taken for the identity."""

from __future__ import annotations

import torch
from attrs import frozen

from hypertune.methods.algorithms.solvers.solver import Product, Solution, Vector
from hypertune.runtime import Problem, Recipe


@frozen
class Identity:
    """The gradient itself in the place of a solution: no product at all.

    Source: Luketina, Berglund, Greff and Raiko 2016 (T1-T2).
    """

    def prepared(self, problem: Problem, recipe: Recipe) -> Identity:
        return self

    def shortened(self) -> Identity:
        return self

    def solve(self, product: Product, b: Vector, generator: torch.Generator) -> Solution:
        return Solution(b, {})
