"""Plain training."""

from __future__ import annotations

from typing import Any, ClassVar

from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.group import Group, descend
from hypertune.methods.fixed import FIXED
from hypertune.runtime import Passes, Problem, Recipe, Step


class PlainState:
    """Base weights that move; responses and hyperparameters that stay."""

    def __init__(self, problem: Problem, recipe: Recipe) -> None:
        weights = recipe.need("weights")
        self.base = Group(problem.base, weights, recipe.schedule, recipe.clip, recipe.peers)
        response = {name: p.detach() for name, p in problem.response.items()}
        self.weights = {**self.base.detached, **response}
        self.for_base = {**self.base.trainable, **response}
        self.unconstrained_H = problem.hypers.start_H.detach()
        self.vectors: dict[str, Tensor] = {}
        # Nothing of this moves, so it is made once.
        self.conditioning = problem.hypers.conditioning(self.unconstrained_H[None])

    def statistics(self) -> dict[str, Tensor]:
        return {}

    def end_epoch(self, valid_loss: float | None) -> None:
        self.base.end_epoch(valid_loss)

    def state_dict(self) -> dict[str, Any]:
        return {"base": self.base.state_dict()}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self.base.load_state_dict(tree["base"])


@frozen
class Fixed(Declared):
    """Plain training at the start values: nothing is perturbed, responds or is tuned."""

    declaration: ClassVar = FIXED

    def init(self, problem: Problem, recipe: Recipe) -> PlainState:
        return PlainState(problem, recipe)

    def step(self, passes: Passes, state: PlainState, k: int) -> Step:
        loss = passes.inner(state.for_base, state.conditioning, passes.train(k), keep=True)
        descend(loss, state.base)
        return Step(loss.detach())

    def conditioning(self, problem: Problem, state: PlainState) -> Conditioning:
        return state.conditioning
