"""Hypergradients through the steps of training."""

from __future__ import annotations

from typing import Any

import torch
from attrs import asdict, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.methods.algorithms.dynamics import Dynamics, Point
from hypertune.methods.algorithms.options import option
from hypertune.methods.algorithms.tuned import Tuned
from hypertune.methods.algorithms.unrolling import forward, reverse
from hypertune.methods.unrolled import UNROLLED
from hypertune.runtime import Passes, PlateauSchedule, Problem, Recipe, Step
from hypertune.uses import Use

_MODES = {"reverse": reverse, "forward": forward}


class UnrolledState:
    """Base weights with the slots of their optimiser, and the hyperparameters.

    Raises:
        ValueError: if the optimiser of the weights cannot be differentiated through.

    """

    def __init__(self, problem: Problem, recipe: Recipe) -> None:
        optimiser = recipe.need("weights")
        if optimiser.rule is None:
            raise ValueError(
                f"no step of {optimiser.torch.__name__} can be differentiated, for want of an"
                " update rule: take another optimiser for `weights`"
            )
        if recipe.schedule is not None and "lr" not in optimiser.options:
            raise ValueError("a schedule needs an `lr` among the options of `weights`")
        self.recipe, self.rule = recipe, optimiser.rule
        self.tuned = Tuned(problem.hypers, recipe, roles=("weights",))
        base = {name: p.detach().clone() for name, p in problem.base.items()}
        self.point = Point(base, optimiser.rule.init(base, optimiser.options), 0)
        self.position = {} if recipe.schedule is None else dict(recipe.schedule.init())
        self.response = {name: p.detach() for name, p in problem.response.items()}

    @property
    def weights(self) -> dict[str, Tensor]:
        return {**self.point.weights, **self.response}

    @property
    def unconstrained_H(self) -> Tensor:
        return self.tuned.unconstrained_H

    @property
    def vectors(self) -> dict[str, Tensor]:
        return self.tuned.vectors

    def dynamics(self, passes: Passes) -> Dynamics:
        """The steps as functions."""
        return Dynamics(passes, self.recipe, self.rule, self.tuned, self.response, self.position)

    def statistics(self) -> dict[str, Tensor]:
        return {}

    def end_epoch(self, valid_loss: float | None) -> None:
        schedule = self.recipe.schedule
        if schedule is None or (valid_loss is None and isinstance(schedule, PlateauSchedule)):
            return
        self.position = dict(schedule.after(self.position, valid_loss or 0.0))

    def state_dict(self) -> dict[str, Any]:
        return {
            "weights": dict(self.point.weights),
            "slots": {slot: dict(own) for slot, own in self.point.slots.items()},
            "taken": self.point.taken,
            "position": dict(self.position),
            "hypers": self.tuned.state_dict(),
        }

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        found = Point(tree["weights"], tree["slots"], tree["taken"])
        places = zip(found.tensors(), self.point.tensors(), strict=True)
        self.point = found.of([new.to(old) for new, old in places])
        self.position = dict(tree["position"])
        self.tuned.load_state_dict(tree["hypers"])


@frozen(kw_only=True)
class Unrolled:
    """A window of training, and the validation loss differentiated through it.

    The weights go on from where the window has left them. Options of the weights' optimiser may
    be hyperparameters.

    Statistics: in reverse mode, `truncation` is the share of the validation gradient that is left
    at the start of what is differentiated: what the steps before would have had to say.

    Args:
        window: training batches of a step.
        mode: `reverse`, or `forward` for few hyperparameters and long windows.
        truncated: how many steps, the last, are differentiated; all if None.

    """

    window: int = option(UNROLLED, "window")
    mode: str = option(UNROLLED, "mode")
    truncated: int | None = option(UNROLLED, "truncated")

    def __attrs_post_init__(self) -> None:
        why = UNROLLED.refuses(asdict(self))
        if why:
            raise ValueError(why)

    @property
    def follows(self) -> frozenset[Use]:
        return frozenset({Use.SMOOTH, Use.OPTIMISER})

    @property
    def tunes_vectors(self) -> bool:
        return self.mode == "reverse"

    @property
    def batches_per_step(self) -> int:
        return self.window

    def init(self, problem: Problem, recipe: Recipe) -> UnrolledState:
        return UnrolledState(problem, recipe)

    def conditioning(self, problem: Problem, state: UnrolledState) -> Conditioning:
        return state.tuned.conditioning(state.tuned.constrained())

    def step(self, passes: Passes, state: UnrolledState, k: int) -> Step:
        at, dynamics = state.tuned.constrained(), state.dynamics(passes)
        batches = range(k * self.window, (k + 1) * self.window)
        if not state.tuned:
            losses = []
            for batch in batches:
                state.point, _, loss = dynamics.first(state.point, at, batch)
                losses.append(loss)
            return Step(torch.stack(losses).mean())
        skipped = self.window - (self.truncated or self.window)
        found = _MODES[self.mode](dynamics, state.point, at, batches, skipped, passes.valid(k))
        state.point = found.end
        state.tuned.descend(found.gradient)
        return Step(torch.stack(found.losses).mean(), found.statistics)
