"""Hypergradients that are solved for more and more exactly."""

from __future__ import annotations

from math import inf, sqrt
from typing import ClassVar

import torch
from attrs import frozen

from hypertune.conditioning import Conditioning
from hypertune.methods import hoag
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.levels import LevelsState, levels
from hypertune.methods.algorithms.solved_once import SolvedOnce
from hypertune.methods.algorithms.solving import PAIRS, by_conjugate_gradients, by_lbfgs
from hypertune.methods.options import option
from hypertune.runtime import Passes, Problem, Recipe, Step

_LEAST = 1e-12  # tolerance
_RESOLVED = 32  # steps of the precision: no norm of a gradient is known more exactly
_SLACK = 0.25  # of the test for a sufficient decrease
_EXPONENTIAL = 0.9
_LONGER, _SHORTER = 0.95, 2.0  # what the inverse of the step is multiplied by
_WORSE = 0.2  # a rise by that share, and the step is not taken
_OF_SEARCH = 10  # vectors of torch's L-BFGS beside its pairs: weights, gradients, a line's ends
_OF_SYSTEM = 5  # of conjugate gradients: solution, residual, direction, product, right side


@frozen(kw_only=True)
class HOAG(Declared):
    """The weights are solved for, then the system, then the hyperparameters take one step.

    Weights and solution start from those of the step before. The inner solve ends where the
    gradient's norm is `tolerance` times that of the first gradient of all, the system where its
    residual is `tolerance` times the norm of its right side. The step is 1/L: L shrinks where the
    validation loss has fallen by what it should, and doubles where it has risen; where by a fifth,
    the tolerance is halved and no step is taken. It falls no lower than what the numbers resolve.

    The authors' code subtracts each step that it accepts twice, and L doubles only where the loss
    has risen by a fifth, so that its last steps may circle around the minimum.

    Statistics: `residual` of the system, `products` and `gradients` that were taken, `tolerance`,
    and the `length` of the step, 1/L.

    Args:
        tolerance: that of the first step.
        decrease: `exponential`, `quadratic` or `cubic`.
        max_inner: gradients of an inner solve, and products of a system, at most.

    Source: Pedregosa 2016, algorithm 1 and section 4.1; constants are those of the authors' code.

    """

    declaration: ClassVar = hoag.HOAG

    tolerance: float = option(hoag.HOAG, "tolerance")
    decrease: str = option(hoag.HOAG, "decrease")
    max_inner: int = option(hoag.HOAG, "max_inner")

    def init(self, problem: Problem, recipe: Recipe) -> LevelsState:
        numbers = {"tolerance": self.tolerance, "first": -1.0, "inverse": -1.0, "loss": inf}
        return LevelsState(problem, recipe, numbers, keeps=("solution",))

    def shortened(self, batches: int) -> SolvedOnce:
        """What takes as much memory as a step."""
        pairs = min(self.max_inner, PAIRS)
        return SolvedOnce(self.init, search=_OF_SEARCH + 2 * pairs, system=_OF_SYSTEM)

    def conditioning(self, problem: Problem, state: LevelsState) -> Conditioning:
        return state.conditioning(state.theta_M)

    def step(self, passes: Passes, state: LevelsState, k: int) -> Step:
        problem, numbers = levels(passes, state), state.numbers
        tolerance, theta_M = float(numbers["tolerance"]), state.theta_M
        if numbers["first"] < 0:
            norm = torch.linalg.vector_norm(problem.inner_gradient(state.w_N, theta_M)[1])
            numbers["first"] = norm.double().cpu()
        solved = by_lbfgs(
            lambda w_N: problem.inner_gradient(w_N, theta_M),
            state.w_N,
            tolerance * float(numbers["first"]),
            self.max_inner,
        )
        state.w_N = solved.x_N
        problem.remember()
        train_loss = problem.inner_gradient(state.w_N, theta_M)[0]
        outer, by_w_N, direct_M = problem.outer_gradients(state.w_N, theta_M)
        right = float(torch.linalg.vector_norm(by_w_N))
        curvature = problem.hessian(state.w_N, theta_M)
        system = by_conjugate_gradients(
            lambda v_N: curvature.product([v_N])[0],
            by_w_N,
            state.kept["solution"],
            tolerance * right,
            self.max_inner,
        )
        state.kept["solution"] = system.x_N
        gradient_M = direct_M - problem.crossed(state.w_N, theta_M, system.x_N)
        if state and bool(gradient_M.isfinite().all()):
            self._move(state, gradient_M, outer, k)
        found = {
            "residual": system.left / right if right else system.left,
            "products": system.count,
            "gradients": solved.count,
            "tolerance": tolerance,
            "length": 1 / float(numbers["inverse"]) if numbers["inverse"] > 0 else 0.0,
        }
        statistics = {name: torch.tensor(x, dtype=torch.float64) for name, x in found.items()}
        return Step(torch.tensor(train_loss).to(state.w_N), statistics)

    def _move(self, state: LevelsState, gradient_M: torch.Tensor, outer: float, k: int) -> None:
        """Take the step, unless the validation loss has risen, and choose the next."""
        numbers, norm = state.numbers, float(torch.linalg.vector_norm(gradient_M))
        before = float(numbers["tolerance"])
        after = max(self._tightened(before, k + 1), _least(state.theta_M))
        inverse, loss = float(numbers["inverse"]), float(numbers["loss"])
        if inverse < 0:
            inverse = norm / sqrt(len(gradient_M)) if norm > 1e-3 else 1.0
        far = norm / inverse
        noise = _SLACK * after + before * (_SLACK + 1) * far
        taken = state.theta_M - gradient_M / inverse
        if outer <= loss + noise - inverse * far * far:
            inverse *= _LONGER
        elif outer > loss + noise:
            inverse *= _SHORTER
        if outer >= loss + _WORSE * abs(loss):
            after = max(after / 2, _least(state.theta_M))
        else:
            state.theta_M = taken
        found = {"tolerance": after, "inverse": inverse, "loss": outer}
        numbers.update({n: torch.tensor(x, dtype=torch.float64) for n, x in found.items()})

    def _tightened(self, tolerance: float, step: int) -> float:
        """The tolerance after step number `step`, from 1."""
        power = {"quadratic": 2, "cubic": 3}.get(self.decrease)
        return tolerance * _EXPONENTIAL if power is None else self.tolerance / step**power


def _least(like: torch.Tensor) -> float:
    """The tolerance below which none is asked for."""
    return max(_LEAST, _RESOLVED * torch.finfo(like.dtype).eps)
