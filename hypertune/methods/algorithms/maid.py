"""Hypergradients as exact as a certified step needs them."""

from __future__ import annotations

from typing import ClassVar

import torch
from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods import maid
from hypertune.methods.algorithms.certificates import Certificates, certified
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.levels import Levels, LevelsState, levels
from hypertune.methods.algorithms.solved_once import SolvedOnce
from hypertune.methods.algorithms.solving import by_conjugate_gradients, by_fista
from hypertune.methods.options import option
from hypertune.runtime import Passes, Problem, Recipe, Step
from hypertune.uses import CannotTrain

_SHRINK, _GROW = 0.5, 1.2  # the step, where it was too long, and after one that was taken
_TIGHTEN, _LOOSEN = 0.5, 1.1  # the accuracies
_TRUSTED = 0.5  # the least share of the gradient that must be certain
_ENOUGH = 0.1  # share of the first-order decrease that a step must bring
_TRIES = 20  # lengths of a step, at first
_ROUNDS = 10  # accuracies that a step is tried with
_OF_SEARCH = 8  # vectors beside a gradient: of the solver, and what a line starts from
_OF_SYSTEM = 12  # beside products: conjugate gradients within another's, and directions


@frozen
class Inexact:
    """Weights within `accuracy` of the best, the losses there, and the hypergradient.

    `error` is what the gradient may be wrong by.
    """

    w_N: Tensor
    accuracy: float
    outer: float
    by_w_N: Tensor
    gradient_M: Tensor
    error: float


@frozen(kw_only=True)
class MAID(Declared):
    """Steps that certainly lower the validation loss, each as exact as that takes.

    With μ the strong convexity of the training loss, weights whose gradient is below ε μ are
    within ε of the best. The gradient that they give is trusted where its error is below half of
    its length; the step is taken where the largest value that the validation loss may have behind
    it is below the least it may have now, by a tenth of the first-order decrease. Where neither
    is so, ε and δ (the residual of the system) are halved; after a step they grow.

    The search rests on the strong convexity and the smoothness alone, which are certain: given,
    or computed where the losses are quadratic. The bound of the gradient's error also takes how
    fast second derivatives change, which is probed where it cannot be had.

    Statistics: `accuracy` ε, `length` of the step (0 where none was taken), `error` of the
    gradient relative to its length, and the `gradients` and `products` that were taken.

    Raises:
        CannotTrain: in the first step, if a constant is neither given nor can be computed.

    Source: Salehi, Mukherjee, Roberts and Ehrhardt 2025, algorithms 3.1 and 3.2.

    """

    declaration: ClassVar = maid.MAID

    accuracy: float = option(maid.MAID, "accuracy")
    first_step: float = option(maid.MAID, "first_step")
    strong_convexity: float | None = option(maid.MAID, "strong_convexity")
    smoothness: float | None = option(maid.MAID, "smoothness")
    adaptive: bool = option(maid.MAID, "adaptive")
    max_inner: int = option(maid.MAID, "max_inner")

    def init(self, problem: Problem, recipe: Recipe) -> LevelsState:
        start = {"accuracy": self.accuracy, "residual": self.accuracy, "length": self.first_step}
        rates = {"crossed_rate": 0.0, "inverse_rate": 0.0}
        rest = {"gradients": 0.0, "products": 0.0, "smoothness": -1.0}
        return LevelsState(problem, recipe, {**start, **rates, **rest})

    def shortened(self, batches: int) -> SolvedOnce:
        """What takes as much memory as a step, but for second derivatives of 500 weights."""
        return SolvedOnce(self.init, search=_OF_SEARCH, system=_OF_SYSTEM)

    def conditioning(self, problem: Problem, state: LevelsState) -> Conditioning:
        return state.conditioning(state.theta_M)

    def step(self, passes: Passes, state: LevelsState, k: int) -> Step:
        problem = levels(passes, state)
        taken, error = Search(self, state, problem, self._certificates(problem)).run()
        problem.remember()
        loss, _ = problem.inner_gradient(state.w_N, state.theta_M)
        own = {n: state.numbers[n] for n in ("accuracy", "gradients", "products")}
        found = {"length": taken, "error": error}
        statistics = {n: torch.tensor(x, dtype=torch.float64) for n, x in found.items()}
        return Step(torch.tensor(loss).to(state.w_N), {**own, **statistics})

    def _certificates(self, problem: Levels) -> Certificates:
        numbers = problem.state.numbers
        if numbers["smoothness"] < 0:  # the first step, which looks whether it can
            found = certified(problem, self.strong_convexity, self.smoothness)
            numbers["smoothness"] = torch.tensor(found.smoothness, dtype=torch.float64)
        return Certificates(problem, self.strong_convexity, float(numbers["smoothness"]))


class Search:
    """One step: gradients and lengths are tried until one is certain."""

    def __init__(
        self, method: MAID, state: LevelsState, problem: Levels, constants: Certificates
    ) -> None:
        self._method, self._state = method, state
        self._problem, self._constants = problem, constants

    def run(self) -> tuple[float, float]:
        """The length of the step, 0 if none was taken, and the relative error of its gradient."""
        state, share = self._state, 0.0
        for extra in range(_ROUNDS):
            found = self._gradient()
            state.w_N = found.w_N
            norm = float(torch.linalg.vector_norm(found.gradient_M))
            if norm == 0:
                return 0.0, 0.0
            share = found.error / norm
            taken = self._line(found, norm**2, _TRIES + extra)
            if taken:
                self._set(length=_GROW * taken)
                self._rescale(_LOOSEN)
                return taken, share
            if self._is_exhausted(found):
                return 0.0, share
            self._rescale(_TIGHTEN)
        return 0.0, share

    def _gradient(self) -> Inexact:
        """A hypergradient whose error is certainly small beside it, if that can be had."""
        state = self._state
        while True:
            found = self.at(state.w_N, state.theta_M)
            norm = float(torch.linalg.vector_norm(found.gradient_M))
            sure = found.error <= (1 - _TRUSTED) * norm
            if sure or not self._method.adaptive or self._is_exhausted(found):
                return found
            state.w_N = found.w_N
            self._rescale(_TIGHTEN)

    def at(self, start_N: Tensor, theta_M: Tensor) -> Inexact:
        """The hypergradient by weights and a system that are solved as exactly as is now asked."""
        w_N, accuracy, least = self._solved(start_N, theta_M)
        outer, by_w_N, direct_M = self._problem.outer_gradients(w_N, theta_M)
        prior_M = self._problem.prior_gradient(theta_M)
        if not torch.equal(direct_M, prior_M):
            raise CannotTrain("`maid` cannot tune what the validation loss takes directly")
        curvature = self._problem.hessian(w_N, theta_M)
        system = by_conjugate_gradients(
            lambda v_N: curvature.product([v_N])[0],
            by_w_N,
            torch.zeros_like(by_w_N),
            self._number("residual"),
            self._method.max_inner,
        )
        self._count(products=system.count)
        gradient_M = prior_M - self._problem.crossed(w_N, theta_M, system.x_N)
        rates = self._rates(w_N, theta_M, by_w_N)
        norm = self._constants.norm_of_crossed(w_N, theta_M, system.x_N)
        slope, smoothness = float(torch.linalg.vector_norm(by_w_N)), self._constants.smoothness
        error = norm / least * (smoothness * accuracy + system.left)
        error += (rates[1] * norm + rates[0] / least) * slope * accuracy
        error += rates[0] * smoothness / least * accuracy**2
        return Inexact(w_N, accuracy, outer, by_w_N, gradient_M, error)

    def _line(self, found: Inexact, square: float, tries: int) -> float:
        """Take the longest step that certainly lowers the loss; its length, 0 if there is none."""
        state, length = self._state, self._number("length")
        lowest = found.outer - self._doubt(found.by_w_N, found.accuracy)
        for _ in range(tries):
            theta_M = state.theta_M - length * found.gradient_M
            w_N, accuracy, _ = self._solved(found.w_N, theta_M)
            outer, by_w_N, _ = self._problem.outer_gradients(w_N, theta_M)
            highest = outer + self._doubt(by_w_N, accuracy)
            if highest - lowest + _ENOUGH * length * square <= 0:
                state.w_N, state.theta_M = w_N, theta_M
                return length
            length *= _SHRINK
        return 0.0

    def _doubt(self, by_w_N: Tensor, accuracy: float) -> float:
        """How far the validation loss at the best weights may be from that here."""
        slope = float(torch.linalg.vector_norm(by_w_N))
        return slope * accuracy + self._constants.smoothness / 2 * accuracy**2

    def _solved(self, start_N: Tensor, theta_M: Tensor) -> tuple[Tensor, float, float]:
        """Weights, how far they may be from the best, and the least curvature there."""
        spectrum = self._constants.curvature(start_N, theta_M)
        found = by_fista(
            lambda w_N: self._problem.inner_gradient(w_N, theta_M),
            start_N,
            self._number("accuracy") * spectrum.least,
            self._method.max_inner,
            spectrum.least,
            spectrum.largest,
        )
        self._count(gradients=found.count)
        return found.x_N, found.left / spectrum.least, spectrum.least

    def _is_exhausted(self, found: Inexact) -> bool:
        """Whether the numbers have no digits for weights that are more accurate."""
        asked, precision = self._number("accuracy"), torch.finfo(found.w_N.dtype).eps
        least = precision * float(torch.linalg.vector_norm(found.w_N))
        return found.accuracy > asked or asked < least

    def _rates(self, w_N: Tensor, theta_M: Tensor, by_w_N: Tensor) -> tuple[float, float]:
        """How fast second derivatives change, the largest that was found so far."""
        crossed, inverse = self._constants.rates(w_N, theta_M, by_w_N)
        found = {
            "crossed_rate": max(crossed, self._number("crossed_rate")),
            "inverse_rate": max(inverse, self._number("inverse_rate")),
        }
        self._set(**found)
        return found["crossed_rate"], found["inverse_rate"]

    def _number(self, name: str) -> float:
        return float(self._state.numbers[name])

    def _set(self, **numbers: float) -> None:
        for name, value in numbers.items():
            self._state.numbers[name] = torch.tensor(value, dtype=torch.float64)

    def _count(self, **counts: int) -> None:
        self._set(**{name: self._number(name) + count for name, count in counts.items()})

    def _rescale(self, factor: float) -> None:
        """Ask for another accuracy, unless it is to stay as it is."""
        if self._method.adaptive:
            names = ("accuracy", "residual")
            self._set(**{name: factor * self._number(name) for name in names})
