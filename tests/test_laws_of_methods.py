"""Methods that come with hypertune keep the laws; wrong ones are caught, each by its own."""

import math
from pathlib import Path

import pytest
import torch
from torch import optim
from wrong_methods import RECIPE, SHELF, STEPS, Right

from hypertune.methods.algorithms import (
    HOAG,
    MAID,
    STN,
    DeltaSTN,
    Fixed,
    HypergradientDescent,
    Hypernet,
    Implicit,
    Population,
    Replay,
    Unrolled,
)
from hypertune.methods.algorithms.solvers import CG, Neumann
from hypertune.optimisers import rules
from hypertune.runtime import Optimiser, Recipe
from hypertune.testing import TOYS, MethodUse, method_laws
from hypertune.testing.laws import methods
from hypertune.testing.toys import Toy
from hypertune.testing.trial import method_trials
from hypertune.uses import Use

SGD = Optimiser(optim.SGD, {"lr": 0.05}, rules.SGD)
RMSPROP = Optimiser(optim.RMSprop, {"lr": 0.02})
BOTH = Recipe(SGD, hypers=RMSPROP)
SLOW = Recipe(SGD, hypers=Optimiser(optim.RMSprop, {"lr": 0.01}))
QUADRATIC = [toy for toy in TOYS if toy.name == "quadratic"]  # elsewhere its answer is biased
INDIRECT = [toy for toy in TOYS if not toy.direct]
UNANSWERED = dict.fromkeys(
    ("reaches the known optimum", "first goes downhill"), "it tunes nothing"
)
SILENT = "moves nothing where the validation loss says nothing"


def rated(weights, at, batch):
    return (torch.arange(1.0, 4.0, dtype=torch.float64) * weights["w"].square()).sum()


RATE = Toy(  # h0 is the learning rate of the weights, which the best validation loss is read at
    *("rate", rated, lambda weights, at, batch: rated(weights, at, batch) + at.values["h0"].sum()),
    *(torch.full((3,), 2.0, dtype=torch.float64), (math.log(0.01),), torch.exp, torch.log),
    best_weights=lambda unconstrained_H: torch.zeros(3, dtype=torch.float64),
    train=TOYS[0].train,
    valid=TOYS[0].valid,
    direct=True,
    use=Use.OPTIMISER,
)


@method_laws(Implicit(solver=CG(), inner_steps=5), RECIPE, steps=60)
def test_implicit(law):
    law()


@method_laws(Implicit(solver=Neumann(terms=30), inner_steps=5), RECIPE, steps=60)
def test_implicit_by_a_series(law):
    law()


@method_laws(Unrolled(window=15), Recipe(SGD, hypers=RECIPE.hypers), steps=50)
def test_unrolled(law):
    law()


@method_laws(Unrolled(window=15, mode="forward"), Recipe(SGD, hypers=RECIPE.hypers), steps=50)
def test_unrolled_forwards(law):
    law()


@method_laws(HOAG(), Recipe(), steps=60)
def test_hoag(law):
    law()


@method_laws(MAID(), Recipe(), steps=32, toys=INDIRECT)
def test_maid(law):
    law()


@method_laws(DeltaSTN(train_steps=1, warmup=150), SLOW, steps=1500, short=160)
def test_delta_stn(law):
    law()


@method_laws(STN(train_steps=1, warmup=150), SLOW, steps=1500, short=160, toys=QUADRATIC)
def test_stn(law):
    law()


@method_laws(Hypernet(train_steps=1, warmup=4), BOTH, steps=700)
def test_hypernet(law):
    law()


@method_laws(Population(interval=10, members=6), Recipe(SGD), steps=300, toys=TOYS[:1])
def test_population(law):
    law()


@method_laws(Fixed(), Recipe(SGD), steps=9, waived=UNANSWERED)
def test_fixed(law):
    law()


@method_laws(
    Replay(str(Path(__file__).with_name("replayed.csv"))),
    Recipe(SGD),
    steps=9,
    toys=TOYS[1:2],
    waived=dict.fromkeys((*UNANSWERED, SILENT), "a table says where they go"),
)
def test_schedule(law):
    law()


@method_laws(
    HypergradientDescent(beta=1e-3),
    Recipe(Optimiser(optim.SGD, {"lr": 0.01}, rules.SGD, {"lr": "h0"})),
    steps=9,
    toys=[RATE],
    waived=dict.fromkeys((*UNANSWERED, SILENT), "rates go by the training loss alone"),
)
def test_hypergradient_descent(law):
    law()


@pytest.mark.parametrize("name", SHELF)
def test_that_a_law_catches(name):
    use = MethodUse(SHELF[name](), RECIPE, STEPS, toys=TOYS[1:2], waived={name: "it is wrong"})
    law = method_trials(use)[name]
    with pytest.raises((AssertionError, KeyError)):
        law()


def test_that_every_law_has_something_to_catch():
    assert [law.name for law in methods.LAWS] == [*SHELF]


def test_that_what_is_no_law_cannot_be_waived():
    with pytest.raises(ValueError, match="no law of its"):
        method_laws(Right(), RECIPE, steps=9, waived={"is quick": "it is not"})
    with pytest.raises(ValueError, match="without a reason"):
        method_laws(Right(), RECIPE, steps=9, waived={"repeats itself": " "})


@pytest.mark.parametrize("toy", TOYS, ids=lambda toy: toy.name)
def test_that_the_answer_of_a_toy_is_right(toy):
    """The best weights have no gradient, and nothing near the optimum is lower."""
    start = torch.tensor(toy.start, dtype=torch.float64)
    problem = toy.problem()
    leaf = toy.best_weights(start).detach().requires_grad_()
    weights = {"w": leaf, **problem.response}
    loss = toy.inner(weights, problem.hypers.conditioning(start[None]), toy.train)
    (gradient,) = torch.autograd.grad(loss, leaf)
    assert gradient.norm() < 1e-12

    grid = torch.cartesian_prod(*(torch.linspace(-6, 4, 41).double() for _ in toy.start))
    losses = [float(toy.exact_outer(at)) for at in grid.reshape(-1, len(toy.start))]
    assert toy.optimum <= min(losses) + 1e-9
    assert float(toy.exact_outer(start)) > toy.optimum * (1 + 1e-2)
    step = torch.zeros_like(start)
    step[0] = 1e-5
    slope = float(toy.exact_outer(start + step) - toy.exact_outer(start - step)) / 2e-5
    assert float(toy.exact_hypergradient(start)[0]) == pytest.approx(slope, rel=1e-6)
