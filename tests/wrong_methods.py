"""A shelf of wrong methods: each breaks a law, which must catch it."""

from __future__ import annotations

import torch
from attrs import evolve, field, frozen
from torch import optim

from hypertune.methods.algorithms import Implicit
from hypertune.methods.algorithms.implicit import ImplicitState
from hypertune.methods.algorithms.solvers import Exact
from hypertune.runtime import Optimiser, Recipe, Step

RECIPE = Recipe(
    Optimiser(optim.SGD, {"lr": 0.1}),
    hypers=Optimiser(optim.Adam, {"lr": 0.2}),
)
STEPS = 40


@frozen(kw_only=True)
class Right(Implicit):
    """What all of the shelf are, but for one thing."""

    solver: Exact = field(factory=Exact)
    inner_steps: int = 5


class Uphill(Right):
    def step(self, passes, state, k):
        before = state.unconstrained_H
        found = super().step(passes, state, k)
        after = state.unconstrained_H
        with torch.no_grad():
            state.tuned._columns.trainable["unconstrained"].add_(
                2 * (before - after)[state.tuned._places]
            )
        return found


class Lazy(Right):
    """Stops half way."""

    def step(self, passes, state, k):
        return super().step(passes, state, min(k, 3)) if k < 4 else Step(torch.tensor(1.0))


class Drifting(Right):
    """Shrinks what it tunes, whatever the validation loss says."""

    def step(self, passes, state, k):
        found = super().step(passes, state, k)
        with torch.no_grad():
            state.tuned._columns.trainable["unconstrained"].sub_(1e-3)
        return found


class Thawing(Right):
    """Moves what is frozen."""

    def init(self, problem, recipe):
        thawed = torch.zeros_like(problem.hypers.frozen_H)
        return super().init(
            evolve(problem, hypers=evolve(problem.hypers, frozen_H=thawed)), recipe
        )


class Drawing(Right):
    """Draws by a generator of its own, whose seed nobody knows."""

    def step(self, passes, state, k):
        found = super().step(passes, state, k)
        generator = torch.Generator()
        generator.seed()
        with torch.no_grad():
            for w in state.base.detached.values():
                w.add_(1e-9 * torch.randn(w.shape, generator=generator))
        return found


class _Forgetful(ImplicitState):
    def state_dict(self):
        tree = super().state_dict()
        return {**tree, "hypers": {}}

    def load_state_dict(self, tree):
        self.base.load_state_dict(tree["base"])


class Forgetting(Right):
    """Does not write its hyperparameters down."""

    def init(self, problem, recipe):
        return _Forgetful(problem, recipe, self.solver)


class Ahead(Right):
    """Looks at the batches of the next step."""

    def step(self, passes, state, k):
        return super().step(passes, state, k + 1)


class _Attached(ImplicitState):
    def __init__(self, problem, recipe, solver):
        super().__init__(problem, recipe, solver)
        self.weights = self.for_base


class Attaching(Right):
    """Hands out weights that carry gradients."""

    def init(self, problem, recipe):
        return _Attached(problem, recipe, self.solver)


class Stale(Right):
    """Says that it is evaluated where it started."""

    def conditioning(self, problem, state):
        return problem.hypers.conditioning(problem.hypers.start_H[None])


class Verbose(Right):
    """Says a matrix."""

    def step(self, passes, state, k):
        found = super().step(passes, state, k)
        return evolve(found, statistics={"gradient": torch.zeros(3, 3)})


SHELF = {
    "reaches the known optimum": Lazy,
    "first goes downhill": Uphill,
    "moves nothing where the validation loss says nothing": Drifting,
    "leaves what is frozen": Thawing,
    "repeats itself": Drawing,
    "resumes exactly": Forgetting,
    "takes the batches of its step": Ahead,
    "has detached weights of the problem": Attaching,
    "is conditioned on the values it reports": Stale,
    "says numbers by name": Verbose,
}
