"""What STN and Delta-STN share: their state, their turns, their validation step."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from attrs import field, frozen, validators
from torch import Tensor

from hypertune.methods.algorithms.group import Group, descend
from hypertune.methods.algorithms.hyperparameters import Hyperparameters
from hypertune.methods.algorithms.precision import autocast
from hypertune.runtime import Batch, Heard, Problem, Recipe

Hear = Callable[[Tensor, Tensor], Heard]  # from drawn values (B, H) and the current ones (H,)


class Responding:
    """Base weights, responses and hyperparameters, each with optimisers of their own.

    The mappings are what a loss takes, by what its gradient is wanted for; they share memory.
    """

    def __init__(self, problem: Problem, recipe: Recipe) -> None:
        weights = recipe.need("weights")
        responses = recipe.responses or weights
        self.base = Group(problem.base, weights, recipe.schedule, recipe.clip)
        self.response = Group(problem.response, responses, recipe.schedule, recipe.clip)
        self.hypers = Hyperparameters(problem.hypers, recipe)
        self.weights = {**self.base.still, **self.response.still}
        self.for_base = {**self.base.leaves, **self.response.still}
        self.for_response = {**self.base.still, **self.response.leaves}
        self.for_both = {**self.base.leaves, **self.response.leaves}
        self._precision, self._device = recipe.precision, problem.hypers.start_H.device

    @property
    def free_H(self) -> Tensor:
        return self.hypers.free_H().detach()

    @property
    def spread_H(self) -> Tensor:
        return self.hypers.spread_H().detach()

    def autocast(self) -> AbstractContextManager[object]:
        return autocast(self._precision, self._device)

    def end_epoch(self, valid_loss: float) -> None:
        self.base.end_epoch(valid_loss)
        self.response.end_epoch(valid_loss)

    def state_dict(self) -> dict[str, Any]:
        return {
            "base": self.base.state_dict(),
            "response": self.response.state_dict(),
            "hypers": self.hypers.state_dict(),
        }

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        self.base.load_state_dict(tree["base"])
        self.response.load_state_dict(tree["response"])
        self.hypers.load_state_dict(tree["hypers"])


@frozen(kw_only=True)
class Alternation:
    """Turns of `train_steps` and `valid_steps` after `warmup`, and the validation step.

    Units: `warmup` in training steps; `entropy` is the weight of the tuned spreads' entropy (nats)
    in the validation objective.
    """

    warmup: int = field(default=0, validator=validators.ge(0))
    train_steps: int = field(default=1, validator=validators.ge(1))
    valid_steps: int = field(default=1, validator=validators.ge(1))
    entropy: float = field(default=1e-3, validator=validators.ge(0))

    def turn(self, k: int) -> range:
        """The numbers of the validation steps that follow training step `k`."""
        turns, rest = divmod(k + 1 - self.warmup, self.train_steps)
        if turns < 1 or rest:
            return range(0)
        return range((turns - 1) * self.valid_steps, turns * self.valid_steps)

    def validate(self, problem: Problem, state: Responding, batch: Batch, hear: Hear) -> None:
        """Move hyperparameters and spreads down the validation loss, by the weights' answer."""
        hypers = state.hypers
        if not hypers.tuned:
            return
        free_H = hypers.free_H()
        value_BH = free_H[None]
        if hypers.spreads_tuned:
            value_BH = value_BH + hypers.perturbation_BH(problem.examples(batch))
        with state.autocast():
            loss = problem.outer(state.weights, hear(value_BH, free_H.detach()), batch)
        if hypers.spreads_tuned and self.entropy:
            loss = loss - self.entropy * hypers.entropy()
        descend(loss, *hypers.groups)
