"""Plain training."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any

import torch
from attrs import frozen
from torch import Tensor

from hypertune.methods.algorithms.group import Group, descend
from hypertune.methods.algorithms.precision import autocast
from hypertune.runtime import Batches, Heard, Problem, Recipe


class Plain:
    """Base weights that move; responses and hyperparameters that stay."""

    def __init__(self, problem: Problem, recipe: Recipe) -> None:
        self.base = Group(problem.base, recipe.need("weights"), recipe.schedule, recipe.clip)
        response = {name: p.detach() for name, p in problem.response.items()}
        self.weights = {**self.base.still, **response}
        self.for_base = {**self.base.leaves, **response}
        self.free_H = problem.hypers.start_H.detach()
        self.spread_H = torch.zeros_like(self.free_H)
        self._precision = recipe.precision

    def autocast(self) -> AbstractContextManager[object]:
        return autocast(self._precision, self.free_H.device)

    def end_epoch(self, valid_loss: float) -> None:
        self.base.end_epoch(valid_loss)

    def state_dict(self) -> dict[str, Any]:
        return {"base": self.base.state_dict()}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self.base.load_state_dict(tree["base"])


@frozen
class Fixed:
    """Plain training at the start values: nothing is drawn, nothing answers, nothing is tuned."""

    def init(self, problem: Problem, recipe: Recipe) -> Plain:
        return Plain(problem, recipe)

    def step(self, problem: Problem, state: Plain, batches: Batches, k: int) -> Tensor:
        with state.autocast():
            loss = problem.inner(state.for_base, self.heard(state), batches.train(k))
        descend(loss, state.base)
        return loss.detach()

    def heard(self, state: Plain) -> Heard:
        return Heard(state.free_H[None])
