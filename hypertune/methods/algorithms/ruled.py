"""Base weights that an update rule moves, for methods that look inside of their steps."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from hypertune.methods.algorithms.dynamics import Point
from hypertune.runtime import PlateauSchedule, Problem, Recipe
from hypertune.runtime.snapshots import placed_as
from hypertune.uses import CannotTrain


class RuledState:
    """Base weights with the slots of their optimiser, and the position of its schedule.

    Raises:
        CannotTrain: if the optimiser of the weights has no update rule.

    """

    def __init__(self, problem: Problem, recipe: Recipe) -> None:
        optimiser = recipe.need("weights")
        if optimiser.rule is None:
            raise CannotTrain(
                f"no step of {optimiser.torch.__name__} can be differentiated, for want of an"
                " update rule: take another optimiser for `weights`"
            )
        if recipe.schedule is not None and "lr" not in optimiser.options:
            raise CannotTrain("a schedule needs an `lr` among the options of `weights`")
        self.recipe, self.rule = recipe, optimiser.rule
        base = {name: p.detach().clone() for name, p in problem.base.items()}
        self.point = Point(base, optimiser.rule.init(base, optimiser.options), 0)
        self.position = {} if recipe.schedule is None else dict(recipe.schedule.init())
        self.response = {name: p.detach() for name, p in problem.response.items()}

    @property
    def weights(self) -> dict[str, Tensor]:
        return {**self.point.weights, **self.response}

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
        }

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        found = Point(tree["weights"], tree["slots"], tree["taken"])
        places = zip(found.tensors(), self.point.tensors(), strict=True)
        self.point = found.of([placed_as(old, new) for new, old in places])
        self.position = dict(tree["position"])
