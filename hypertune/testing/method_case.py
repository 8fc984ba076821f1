"""One method on one problem, and all that a law needs of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any

import torch
from attrs import field, frozen
from hypothesis import strategies as st
from torch import Tensor, optim

from hypertune.conditioning import Conditioning
from hypertune.optimisers import rules
from hypertune.runtime import (
    Kept,
    Length,
    Method,
    Optimiser,
    Problem,
    Recipe,
    Training,
    Weights,
)
from hypertune.testing.toys import TOYS, Same, Toy, sample

_WEIGHTS = Optimiser(optim.SGD, {"lr": 0.05}, rules.SGD)  # where no recipe is handed over
_HYPERS = Optimiser(optim.RMSprop, {"lr": 0.02})


@frozen
class MethodUse:
    """A method as its laws take it: what it moves by, and how far it then must come.

    Args:
        method: as `Training` takes it.
        recipe: its optimisers.
        steps: after which it should be near the optimum of each toy.
        short: steps in which it moves hyperparameters, for laws that ask for no optimum.
        toys: the problems that it is tried on; the first alone, for these.
        waived: laws that cannot hold for it, each with the reason.

    """

    method: Method[Any]
    recipe: Recipe = field(factory=lambda: Recipe(_WEIGHTS, hypers=_HYPERS))
    steps: int = 300
    short: int = 12
    toys: Sequence[Toy] = TOYS
    waived: Mapping[str, str] = field(factory=dict)

    @property
    def name(self) -> str:
        """That of the method's class."""
        return type(self.method).__name__

    def cases(self, everywhere: bool) -> st.SearchStrategy[MethodCase]:
        """The method on every toy, or on the first alone."""
        toys = self.toys if everywhere else self.toys[:1]
        return st.sampled_from(
            [MethodCase(self.method, self.recipe, toy, self.steps, self.short) for toy in toys]
        )


@frozen(repr=False)
class MethodCase:
    """A method with what it moves by, on a toy.

    Args:
        method: as `Training` takes it.
        recipe: its optimisers.
        toy: the problem.
        steps: after which it should be near the optimum.
        short: steps in which it moves hyperparameters, for laws that ask for no optimum.
        seed: of the run.

    """

    method: Method[Any]
    recipe: Recipe
    toy: Toy
    steps: int
    short: int = 12
    seed: int = 0

    def __repr__(self) -> str:
        return f"{self.fragment()}, seed {self.seed}"

    def fragment(self) -> str:
        """What is tried, in a line."""
        return f"{self.method!r} on `{self.toy.name}`"

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def training(
        self, steps: int | None = None, problem: Problem | None = None, batches: Any = None
    ) -> Training:
        """A training of it from its start."""
        problem = problem or self.toy.problem()

        def evaluate(
            weights: Weights, conditioning: Conditioning, kept: Kept
        ) -> Mapping[str, float]:
            loss, _ = problem.outer(weights, conditioning, sample(self.toy.valid))
            return {"valid_loss": float(loss)}

        return Training(
            problem,
            self.method,
            self.recipe,
            batches or Same(self.toy),
            Length(steps or self.short),
            evaluate=evaluate,
            seed=self.seed,
        )

    def values_over(self, training: Training) -> list[Tensor]:
        """The hyperparameters before each step of a run, and at its end."""
        found = [training.state.unconstrained_H.clone()]
        for _ in training.run():
            if len(found) <= training.step:
                found.append(training.state.unconstrained_H.clone())
        return found

    def gap(self, unconstrained_H: Tensor) -> float:
        """How far the exact validation loss is from the optimum, as a share of the start's gap."""
        start = torch.tensor(self.toy.start, dtype=torch.float64)
        first = float(self.toy.exact_outer(start)) - self.toy.optimum
        found = float(self.toy.exact_outer(unconstrained_H.double())) - self.toy.optimum
        return found / first if found == found else inf
