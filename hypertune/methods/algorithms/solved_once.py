"""What a plan takes in the place of a step that solves both levels."""

from __future__ import annotations

from collections.abc import Callable

import torch
from attrs import frozen

from hypertune.methods.algorithms.levels import LevelsState, levels
from hypertune.runtime import Passes, Problem, Recipe, Step


@frozen
class SolvedOnce:
    """A gradient, a product with the Hessian and a mixed derivative, beside what solvers keep.

    A solve takes one pass after the other, so that its memory is that of one. How long it goes on
    is decided by numbers, of which a plan has none.

    Args:
        init: that of the method.
        search: how many vectors, as large as all weights, its solver of the weights keeps at most.
        system: likewise beside products with the Hessian.

    """

    init: Callable[[Problem, Recipe], LevelsState]
    search: int
    system: int
    batches_per_step: int = 1

    def step(self, passes: Passes, state: LevelsState, k: int) -> Step:
        problem, w_N, theta_M = levels(passes, state), state.w_N, state.theta_M
        held = w_N.new_empty(self.search, len(w_N))
        leaf_N = w_N.detach().requires_grad_()
        loss = problem.inner(leaf_N, theta_M)
        torch.autograd.grad(loss, leaf_N, materialize_grads=True)
        del held
        held = w_N.new_empty(self.system, len(w_N))
        direct_M = torch.empty_like(theta_M)
        curvature = problem.hessian(w_N, theta_M)
        curvature.product([held[0]])
        direct_M = direct_M - problem.crossed(w_N, theta_M, held[0])
        return Step(loss.detach())
