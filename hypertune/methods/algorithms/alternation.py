"""What STN and Delta-STN share: their state, their turns, their validation step."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.group import Group
from hypertune.methods.algorithms.hyperparameters import Hyperparameters
from hypertune.methods.options import option
from hypertune.methods.stn import STN
from hypertune.runtime import Hypers, Passes, Problem, Recipe, Sample

# From the hyperparameters, values to evaluate at (B, H) and the current ones (H,).
Condition = Callable[[Hypers, Tensor, Tensor], Conditioning]


class ResponseState:
    """Base weights, responses and hyperparameters, each with optimisers of their own.

    The mappings are what a loss takes, by what its gradient is wanted for; they share memory.
    """

    def __init__(self, problem: Problem, recipe: Recipe) -> None:
        weights = recipe.need("weights")
        responses = recipe.responses or weights
        given = recipe.schedule, recipe.clip, recipe.peers
        self.base = Group(problem.base, weights, *given)
        self.response = Group(problem.response, responses, *given)
        self.hypers = Hyperparameters(problem.hypers, recipe)
        self.weights = {**self.base.detached, **self.response.detached}
        self.for_base = {**self.base.trainable, **self.response.detached}
        self.for_response = {**self.base.detached, **self.response.trainable}
        self.for_both = {**self.base.trainable, **self.response.trainable}
        self.vectors: dict[str, Tensor] = {}  # no layer responds to them

    @property
    def unconstrained_H(self) -> Tensor:
        return self.hypers.unconstrained_H().detach()

    def statistics(self) -> dict[str, Tensor]:
        found = {"perturbation_scale": self.hypers.scale_H().detach()}
        return {**found, "response_norm": self.response.norm()} if self.response else found

    def end_epoch(self, valid_loss: float | None) -> None:
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
class Alternation(Declared):
    """Turns of `train_steps` and `valid_steps` after `warmup`, and the validation step.

    Units: `warmup` in training steps; `valid_share` is the share of each validation batch that a
    validation step reads; `entropy` is the weight of the tuned scales' entropy (nats) in the
    validation objective.
    """

    train_steps: int
    warmup: int = option(STN, "warmup")
    valid_steps: int = option(STN, "valid_steps")
    valid_share: float = option(STN, "valid_share")
    entropy: float = option(STN, "entropy")

    def init(self, problem: Problem, recipe: Recipe) -> ResponseState:
        return ResponseState(problem, recipe)

    def turn(self, k: int) -> range:
        """The numbers of the validation steps that follow training step `k`."""
        turns, rest = divmod(k + 1 - self.warmup, self.train_steps)
        if turns < 1 or rest:
            return range(0)
        return range((turns - 1) * self.valid_steps, turns * self.valid_steps)

    @property
    def condition(self) -> Condition:
        """What the weights respond to."""
        raise NotImplementedError

    def validate(self, passes: Passes, state: ResponseState, sample: Sample) -> None:
        """Move hyperparameters and scales down the validation loss, by the weights' response."""
        hypers = state.hypers
        if not hypers.tuned:
            return
        here_H = hypers.unconstrained_H()
        at_BH = here_H[None]
        if hypers.scales_tuned:
            at_BH = at_BH + hypers.perturbation_BH(len(sample.batch), passes.generator)
        conditioning = self.condition(passes.problem.hypers, at_BH, here_H.detach())
        loss = passes.outer(state.weights, conditioning, sample, keep=True)
        if hypers.scales_tuned and self.entropy:
            loss = loss - self.entropy * hypers.entropy()
        hypers.descend(loss)
