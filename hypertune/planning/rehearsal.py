"""A step of a method itself, on tensors without numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from math import ceil, sqrt
from typing import Any

import torch
from attrs import evolve, frozen

from hypertune.catalogue import Catalogue
from hypertune.ir import Program, Tune
from hypertune.planning.allocations import Allocations, storage_key
from hypertune.runtime import Batch, Passes, Problem, Recipe
from hypertune.tuning.preparing import Steps, method_of, recipe_of

_FEW, _MORE = 4, 9  # batches of a step that is taken in the place of a longer one
_ANY = 1 << 62


class _Resting(torch.optim.Optimizer):
    """An optimiser that keeps nothing and moves nothing."""

    def __init__(self, parameters: Any, **options: Any) -> None:
        super().__init__(parameters, {})

    def step(self, closure: Any = None) -> Any:
        """Nothing."""


@frozen
class _Again:
    """The same batches for ever."""

    batch: Callable[[], Batch]
    per_epoch: int = 1

    def train(self, k: int) -> Batch:
        return self.batch()

    def valid(self, k: int) -> Batch:
        return self.batch()


def step_bytes(
    program: Program,
    tune: Tune,
    catalogue: Catalogue,
    problem: Problem,
    batch: Callable[[], Batch],
    places: dict[str, str],
) -> dict[str, int]:
    """What a step of a method that `shortened` gives takes, by device. Units: bytes.

    Where a step is long, two shorter ones are taken, and what they take is drawn out by the square
    root of their lengths.

    Args:
        program: that `problem` is of.
        tune: the block whose method is taken.
        catalogue: has their kinds.
        problem: on `meta`.
        batch: makes one.
        places: the devices of the weights by name.

    """
    frozen = [h.frozen for h in program.hypers if not h.over for _ in range(h.columns)]
    # Which hyperparameters move is no number that could be left out.
    hypers = evolve(problem.hypers, frozen_H=torch.tensor(frozen, dtype=torch.bool))
    problem = evolve(problem, hypers=hypers)
    steps, first = Steps(1.0), program.layers[0].device
    method: Any = method_of(tune.method, steps, catalogue)
    recipe = _resting(recipe_of(program, tune, steps, catalogue))

    def taken(batches: int) -> dict[str, int]:
        short = method.shortened(batches)
        state = short.init(problem, recipe)
        owners = {storage_key(w): places[name] for name, w in state.weights.items()}
        counting: AbstractContextManager[Allocations] = Allocations(owners, first)
        with counting as found:
            short.step(Passes(problem, _Again(batch), 0), state, 0)
        return found.most

    whole = method.shortened(_ANY).batches_per_step
    if whole <= _MORE:
        return taken(whole)
    few, more = taken(_FEW), taken(_MORE)
    beyond = (_root(whole) - _root(_MORE)) / (_root(_MORE) - _root(_FEW))
    return {device: more[device] + ceil(beyond * (more[device] - few[device])) for device in more}


def _root(batches: int) -> int:
    return ceil(sqrt(batches))


def _resting(recipe: Recipe) -> Recipe:
    def rested() -> Iterator[tuple[str, Any]]:
        for role in ("weights", "hypers", "responses", "scales"):
            optimiser = getattr(recipe, role)
            if optimiser is not None:
                yield role, evolve(optimiser, torch=_Resting)

    return evolve(recipe, schedule=None, **dict(rested()))
