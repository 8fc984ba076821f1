"""Hypergradients through the steps of training."""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from attrs import asdict, evolve, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.declared import Declared
from hypertune.methods.algorithms.dynamics import Dynamics
from hypertune.methods.algorithms.ruled import RuledState
from hypertune.methods.algorithms.tuned import Tuned
from hypertune.methods.algorithms.unrolling import forward, reverse
from hypertune.methods.options import option
from hypertune.methods.unrolled import UNROLLED
from hypertune.runtime import Passes, Problem, Recipe, Step

_MODES = {"reverse": reverse, "forward": forward}


class UnrolledState(RuledState):
    """Base weights with the slots of their optimiser, and the hyperparameters.

    `start` is where each window begins; None if that is where the last one ended.
    """

    def __init__(self, problem: Problem, recipe: Recipe, restart: bool) -> None:
        super().__init__(problem, recipe)
        self.start = self.point if restart else None
        self.tuned = Tuned(problem.hypers, recipe, roles=("weights",))

    @property
    def unconstrained_H(self) -> Tensor:
        return self.tuned.unconstrained_H

    @property
    def vectors(self) -> dict[str, Tensor]:
        return self.tuned.vectors

    def dynamics(self, passes: Passes) -> Dynamics:
        """The steps as functions."""
        return Dynamics(passes, self.recipe, self.rule, self.tuned, self.response, self.position)

    def state_dict(self) -> dict[str, Any]:
        return {**super().state_dict(), "hypers": self.tuned.state_dict()}

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        super().load_state_dict(tree)
        self.tuned.load_state_dict(tree["hypers"])


@frozen(kw_only=True)
class Unrolled(Declared):
    """A window of training, and the validation loss differentiated through it.

    The weights go on from where the window has left them, or start anew. Options of the weights'
    optimiser may be hyperparameters.

    Statistics: in reverse mode, `truncation` is the share of the validation gradient that is left
    at the start of what is differentiated: what the steps before would have had to say.

    Args:
        window: training batches of a step.
        mode: `reverse`, or `forward` for few hyperparameters and long windows.
        truncated: how many steps, the last, are differentiated; all if None.
        restart: whether each window begins with the weights of the problem, as in meta-learning.
            The schedule and what passes have left behind go on all the same.
        warmup: training batches before the hyperparameters first move.

    """

    declaration: ClassVar = UNROLLED

    window: int = option(UNROLLED, "window")
    warmup: int = option(UNROLLED, "warmup")
    mode: str = option(UNROLLED, "mode")
    truncated: int | None = option(UNROLLED, "truncated")
    restart: bool = option(UNROLLED, "restart")

    def __attrs_post_init__(self) -> None:
        why = UNROLLED.refuses(asdict(self))
        if why:
            raise ValueError(why)

    @property
    def batches_per_step(self) -> int:
        return self.window

    def shortened(self, batches: int) -> Unrolled:
        """The same of at most so many differentiated batches, and at most one before them.

        The memory of a step grows with their square root.
        """
        truncated = self.truncated or self.window
        before, truncated = int(self.window > truncated), min(truncated, batches)
        return evolve(self, window=truncated + before, truncated=truncated, warmup=0)

    def init(self, problem: Problem, recipe: Recipe) -> UnrolledState:
        return UnrolledState(problem, recipe, self.restart)

    def conditioning(self, problem: Problem, state: UnrolledState) -> Conditioning:
        return state.tuned.conditioning(state.tuned.constrained())

    def step(self, passes: Passes, state: UnrolledState, k: int) -> Step:
        at, dynamics = state.tuned.constrained(), state.dynamics(passes)
        start = state.start or state.point
        batches = range(k * self.window, (k + 1) * self.window)
        if not state.tuned or batches.stop <= self.warmup:
            losses, state.point = [], start
            for batch in batches:
                state.point, _, loss = dynamics.first(state.point, at, batch)
                losses.append(loss)
            return Step(torch.stack(losses).mean())
        skipped = self.window - (self.truncated or self.window)
        found = _MODES[self.mode](dynamics, start, at, batches, skipped, passes.valid(k))
        state.point = found.end
        state.tuned.descend(found.gradient)
        return Step(torch.stack(found.losses).mean(), found.statistics)
