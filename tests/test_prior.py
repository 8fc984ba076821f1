"""`prior`: what holds a hyperparameter near its start, the more, the fewer it is tuned on."""

import pytest
import torch
from attrs import evolve
from bilevel_toys import FLOAT, SGD, ridge, training, weighted_ridge

from hypertune.catalogue import MethodType
from hypertune.compiler import compile_text
from hypertune.ir import from_json, print_program, to_json
from hypertune.lowering import place
from hypertune.methods.algorithms import HOAG, MAID, STN, DeltaSTN, Hypernet, Implicit, Unrolled
from hypertune.methods.algorithms.levels import levels
from hypertune.methods.algorithms.solvers import CG
from hypertune.optimisers import rules
from hypertune.runtime import Optimiser, Recipe
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPEC = """
hspec 1
hyper smooth      : rate                    = 0.1  prior 0.5
hyper decay       : log(1e-4, 1)            = 1e-2 per batch
hyper fill        : choice("zero", "noise") = "zero" prior 2 frozen
hyper keep[example] : rate                  = 0.5  prior 0.25
data {
  source  = digits
  split   = (train = 60, valid = 48, test = 24)
  augment = cutout(1, 2, fill = fill)
  batch   = 12
}
model (1, 8, 8) { flatten; linear(10) }
objective { train = cross_entropy(smooth, weight = keep) + l2(decay); valid = cross_entropy }
tune { method = implicit; weights = sgd(lr = 0.1); hypers = sgd(lr = 1); steps = 8 }
"""
PRECISION = torch.tensor([3.0, 0.0], dtype=FLOAT)
RATE = 0.05
DESCENDING = {
    "stn": STN(train_steps=1, warmup=0),
    "delta_stn": DeltaSTN(train_steps=1, warmup=0),
    "hypernet": Hypernet(train_steps=1, warmup=0),
    "implicit": Implicit(solver=CG(), inner_steps=5, warmup=0),
    "unrolled": Unrolled(window=5),
    "unrolled forwards": Unrolled(window=5, mode="forward"),
}
SOLVING = (HOAG(), MAID())


def held(problem, precision_H=None, vectors=0.0):
    """A problem whose hyperparameters have a prior."""
    hypers = problem.hypers
    named = {name: evolve(v, precision=vectors) for name, v in hypers.vectors.items()}
    return evolve(problem, hypers=evolve(hypers, precision_H=precision_H, vectors=named))


def two_steps(method, problem, read):
    """What is tuned before, between and after two steps."""
    weights = Optimiser(torch.optim.SGD, {"lr": RATE}, rules.SGD)
    going = training(method, problem, Recipe(weights, hypers=SGD))
    found = [read(going.state).clone()]
    for k in range(2):
        going.passes.begin(k)
        going.method.step(going.passes, going.state, k)
        found.append(read(going.state).clone())
    return found


@pytest.mark.parametrize("method", DESCENDING.values(), ids=DESCENDING)
def test_a_prior_adds_its_gradient_and_nothing_else(method):
    """At its centre it has none, so that the first step is as without it; the second shows it."""
    plain, other = (
        two_steps(method, held(ridge((-2.0, -1.0)), given), lambda s: s.unconstrained_H)
        for given in (None, PRECISION)
    )
    assert torch.equal(plain[1], other[1])
    assert (plain[1] != plain[0]).all()
    pull = PRECISION * (plain[1] - plain[0])
    torch.testing.assert_close(other[2] - plain[2], -RATE * pull, rtol=1e-9, atol=1e-12)


def test_each_of_a_vector_is_held_where_it_started():
    method = Implicit(solver=CG(), inner_steps=5, warmup=0)
    plain, other = (
        two_steps(method, held(weighted_ridge(), vectors=given), lambda s: s.vectors["decays"])
        for given in (0.0, 3.0)
    )
    assert torch.equal(plain[1], other[1])
    assert (plain[1] != plain[0]).any()
    pull = 3 * (plain[1] - plain[0])
    torch.testing.assert_close(other[2] - plain[2], -RATE * pull, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("method", SOLVING, ids=["hoag", "maid"])
def test_methods_that_solve_both_levels_solve_the_upper_one_with_the_prior(method):
    going = training(method, held(ridge((-2.0, -1.0)), PRECISION), Recipe())
    for k in range(40):
        going.passes.begin(k)
        going.method.step(going.passes, going.state, k)
    problem, state = levels(going.passes, going.state), going.state
    theta_M = torch.tensor([-1.0, 0.5], dtype=FLOAT)
    loss, _, gradient_M = problem.outer_gradients(state.w_N, theta_M)
    direct = float(problem.passes.outer(state.weights, state.conditioning(theta_M), problem.valid))
    assert loss - direct == pytest.approx(3 / 2)
    torch.testing.assert_close(gradient_M, torch.tensor([3.0, 0.0], dtype=FLOAT))
    # Both penalties are one to the loss: the one that is not held did all that was to be done.
    first, second = (state.unconstrained_H - torch.tensor([-2.0, -1.0])).tolist()
    assert abs(first) < 0.05 < abs(second)


def test_a_prior_counts_as_much_as_one_validation_target():
    program = place(compile_text(SPEC).program, STANDARD, ("cpu",))
    hypers = prepare(program).training.problem.hypers
    of_words = 1 / (2**2 * 48)
    expected = torch.tensor([1 / (0.5**2 * 48), 0.0, of_words, of_words])
    torch.testing.assert_close(hypers.precision_H, expected)
    assert hypers.vectors["keep"].precision == pytest.approx(1 / (0.25**2 * 48))


def test_what_is_reported_has_no_prior_in_it():
    tight = compile_text(SPEC.replace("prior 0.5", "prior 0.02")).program
    found = prepare(place(tight, STANDARD, ("cpu",))).training
    loss_at = found.problem.outer(
        found.state.weights, found.conditioning(), found.passes.valid(0)
    )[0]
    away_H = found.state.unconstrained_H + 1
    moved = found.problem.hypers.conditioning(away_H[None])
    assert torch.equal(
        found.problem.outer(found.state.weights, moved, found.passes.valid(0))[0], loss_at
    )


def test_a_prior_is_kept_in_both_forms_of_a_program():
    program = compile_text(SPEC).program
    assert [hyper.prior for hyper in program.hypers] == [0.5, None, 2.0, 0.25]
    assert from_json(to_json(program)) == program
    assert "hyper smooth : rate() = 0.1 per example spread 1 prior 0.5\n" in print_program(program)


def test_the_methods_that_say_so_are_those_that_use_a_prior():
    using = {method.declaration.name for method in (*DESCENDING.values(), *SOLVING)}
    assert {m.name for m in STANDARD.of(MethodType).values() if m.uses_prior} == using


TUNE = SPEC[SPEC.index("tune {") :]
PLAIN = TUNE.replace("tune {", "tune plain {").replace("hypers = sgd(lr = 1); ", "")
FIXED = PLAIN.replace("implicit", "fixed")
GRID = PLAIN.replace("implicit", "random_search").replace("plain", "drawn")


@pytest.mark.parametrize(
    ("blocks", "named"),
    [
        ([TUNE.replace("tune {", "tune a {"), FIXED], None),  # which is there for comparison
        ([FIXED], "`fixed`"),
        ([TUNE.replace("tune {", "tune a {"), FIXED, GRID], "`random_search`"),
        ([FIXED, GRID, GRID.replace("drawn", "again")], "`fixed`, `random_search`"),
    ],
)
def test_a_prior_that_a_method_does_not_use_is_warned_of_at_its_place(blocks, named):
    text = SPEC.replace(TUNE, "".join(blocks)).replace("keep[example]", "keep")
    text = text.replace("cross_entropy(smooth, weight = keep)", "cross_entropy(smooth)")
    found = [w for w in compile_text(text).warnings if w.code == "HT431"]
    told = [(w.message, w.span.text) for w in found]
    assert told == ([(f"`prior` has no effect with {named}", "0.5")] if named else [])
