"""Hypergradients by the implicit function theorem."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.curvature import Curvature
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.group import Group, descend
from hypertune.methods.algorithms.solvers import Solution, Solver
from hypertune.methods.algorithms.tuned import Tuned
from hypertune.methods.implicit import IMPLICIT
from hypertune.methods.options import option
from hypertune.runtime import Passes, Problem, Recipe, Sample, Step


class ImplicitState:
    """Base weights and hyperparameters that move, responses that stay, and the solver."""

    def __init__(self, problem: Problem, recipe: Recipe, solver: Solver) -> None:
        self.base = Group(problem.base, recipe.need("weights"), recipe.schedule, recipe.clip)
        self.tuned = Tuned(problem.hypers, recipe)
        self.solver = solver.prepared(problem, recipe)
        response = {name: p.detach() for name, p in problem.response.items()}
        self.weights = {**self.base.detached, **response}
        self.for_base = {**self.base.trainable, **response}

    @property
    def unconstrained_H(self) -> Tensor:
        return self.tuned.unconstrained_H

    @property
    def vectors(self) -> dict[str, Tensor]:
        return self.tuned.vectors

    def statistics(self) -> dict[str, Tensor]:
        return {}

    def end_epoch(self, valid_loss: float | None) -> None:
        self.base.end_epoch(valid_loss)

    def state_dict(self) -> dict[str, Any]:
        return {"base": self.base.state_dict(), "hypers": self.tuned.state_dict()}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self.base.load_state_dict(tree["base"])
        self.tuned.load_state_dict(tree["hypers"])


@frozen(kw_only=True)
class Implicit(Declared):
    """Some training batches, then one hypergradient where the weights have come to.

    With L_T and L_V the losses, w the weights and λ the constrained values, it is
    dL_V/dλ - d/dλ (∇L_T · v), where v solves H v = ∇L_V, gradients are in w, and H is the Hessian
    of L_T on the last of the training batches. It is exact where ∇L_T is zero and the solve is.

    Args:
        solver: of the system.
        inner_steps: training batches before each hypergradient.
        warmup: training batches before the first one.

    Source: Bengio 2000; Pedregosa 2016; Lorraine, Vicol and Duvenaud 2020.

    """

    declaration: ClassVar = IMPLICIT

    solver: Solver
    inner_steps: int = option(IMPLICIT, "inner_steps")
    warmup: int = option(IMPLICIT, "warmup")

    @property
    def batches_per_step(self) -> int:
        return self.inner_steps

    def shortened(self, batches: int) -> Implicit:
        """The same in steps of at most so many batches, whose memory is the same."""
        inner_steps = min(self.inner_steps, batches)
        return evolve(self, solver=self.solver.shortened(), inner_steps=inner_steps, warmup=0)

    def init(self, problem: Problem, recipe: Recipe) -> ImplicitState:
        return ImplicitState(problem, recipe, self.solver)

    def conditioning(self, problem: Problem, state: ImplicitState) -> Conditioning:
        return state.tuned.conditioning(state.tuned.constrained())

    def step(self, passes: Passes, state: ImplicitState, k: int) -> Step:
        at = state.tuned.constrained()
        conditioning, losses = state.tuned.conditioning(at), []
        batches = range(k * self.inner_steps, (k + 1) * self.inner_steps)
        for batch in batches:
            sample = passes.train(batch)
            loss = passes.inner(state.for_base, conditioning, sample, keep=True)
            descend(loss, state.base)
            losses.append(loss.detach())
        loss = torch.stack(losses).mean()
        if not state.tuned or batches.stop <= self.warmup:
            return Step(loss)
        solution, gradient = hypergradient(
            passes, state, at, passes.refreshed(sample), passes.valid(k)
        )
        if "residual" in solution.statistics:
            _drop_(gradient, unless=solution.statistics["residual"].isfinite())
        statistics = solution.statistics
        del solution  # as large as the weights
        state.tuned.descend(gradient)
        return Step(loss, statistics)


def hypergradient(
    passes: Passes, state: ImplicitState, at: list[Tensor], train: Sample, valid: Sample
) -> tuple[Solution, list[Tensor]]:
    """What solves the system, and the gradient in the constrained values."""
    weights, tuned = list(state.base.trainable.values()), state.tuned
    for values in at:
        values.requires_grad_()
    outer = passes.outer(state.for_base, tuned.conditioning(at), valid, keep=True)
    found = _gradient(outer, [*weights, *at])
    direct = found[len(weights) :]
    b = [
        torch.zeros_like(w) if part is None else part
        for w, part in zip(weights, found, strict=False)
    ]
    del outer, found
    for values in at:
        values.requires_grad_(False)

    def curvature() -> Curvature:
        return Curvature(passes.inner(state.for_base, tuned.conditioning(at), train), weights)

    solution = state.solver.solve(curvature().product, b, passes.generator)
    del b
    for values in at:
        values.requires_grad_()
    mixed = curvature().mixed(solution.v, at)  # a graph of its own: that of the solve is less
    gradient = [part.contiguous() for part in mixed]  # one of a sum may be one number, expanded
    del mixed
    for part, own in zip(gradient, direct, strict=True):
        part.neg_()
        if own is not None:
            part.add_(own)
    return solution, gradient


def _gradient(loss: Tensor, by: list[Tensor]) -> Sequence[Tensor | None]:
    """The gradient; None in what the loss does not depend on."""
    if not loss.requires_grad:
        return [None] * len(by)
    return torch.autograd.grad(loss, by, allow_unused=True)


def _drop_(gradient: list[Tensor], unless: Tensor) -> None:
    """Make the gradient zero or NaN unless it can be trusted; nobody waits to know."""
    for part in gradient:
        part.mul_(unless.to(part.device))
