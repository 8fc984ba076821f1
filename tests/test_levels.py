"""Methods that solve both levels as exactly as a step needs: HOAG and MAID."""

import json
import runpy
from pathlib import Path

import pytest
import torch
from attrs import evolve
from bilevel_toys import (
    TRAIN,
    VALID,
    at_the_optimum,
    exact_hypergradient,
    exact_outer,
    hypers,
    ridge,
    run,
    squared_error,
    training,
    weighted_ridge,
)
from test_hypergradient_specs import prepared

from hypertune import Hypers, Loaders, SpecError, compile_text
from hypertune.methods.algorithms import HOAG, MAID
from hypertune.methods.algorithms.certificates import certified
from hypertune.methods.algorithms.levels import levels
from hypertune.methods.algorithms.maid import Search
from hypertune.methods.algorithms.solving import by_conjugate_gradients, by_fista, by_lbfgs
from hypertune.runtime import Problem, Recipe, Reported, stateless
from hypertune.runtime.snapshots import copied, flatten, unflatten
from hypertune.uses import CannotTrain

METHODS = {"hoag": HOAG(), "maid": MAID()}
both = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
BEST = min(exact_outer(float(h.exp())) for h in torch.linspace(-6, 2, 801))
QUADRATIC = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks/maid.py"))


def stepping(method, problem, steps, recipe=None):
    """A training that is stepped by hand, and its state after each step."""
    going = training(method, problem, recipe or Recipe())
    for k in range(steps):
        going.passes.begin(k)
        yield going, going.method.step(going.passes, going.state, k)


@pytest.mark.parametrize("decrease", ["exponential", "quadratic", "cubic"])
def test_hoag_reaches_the_best_penalty_whatever_its_tolerance_does(decrease):
    done, _ = run(HOAG(decrease=decrease), ridge(), Recipe(), steps=60)
    assert exact_outer(done.state.unconstrained_H.exp().item()) <= BEST * (1 + 1e-6)


def test_hoag_solves_as_exactly_as_its_tolerance_says():
    first, tolerances = None, []
    for going, step in stepping(HOAG(tolerance=0.1, decrease="quadratic"), weighted_ridge(), 6):
        found = {name: float(value) for name, value in step.statistics.items()}
        first = first or float(going.state.numbers["first"])
        tolerances.append(found["tolerance"])
        assert found["residual"] <= found["tolerance"]
    assert tolerances[:2] == [0.1, 0.1]
    assert tolerances[3] in (0.1 / 9, 0.1 / 18)
    assert first == pytest.approx(float((2 * TRAIN[0].T @ TRAIN[1] / 14).norm()))


def test_hoag_asks_for_nothing_that_single_precision_cannot_resolve():
    single = evolve(
        ridge(),
        base={"w": torch.zeros(8)},
        response={},
        hypers=Hypers(("h0",), torch.tensor([-2.0]), constrain=torch.exp),
    )
    parts = [[tuple(x.float() for x in part)] for part in (TRAIN, VALID)]
    going = training(HOAG(decrease="cubic"), single, Recipe(), Loaders(*parts))
    for k in range(40):
        going.passes.begin(k)
        found = going.method.step(going.passes, going.state, k).statistics
        assert found["gradients"] < HOAG().max_inner
    assert found["tolerance"] == 32 * torch.finfo(torch.float32).eps


def test_a_tight_first_step_of_hoag_goes_down_the_exact_hypergradient():
    problem = weighted_ridge()
    expected = torch.cat(exact_hypergradient(problem))
    ((going, _),) = stepping(HOAG(tolerance=1e-9), problem, 1)

    start = torch.cat([problem.hypers.start_H, problem.hypers.vectors["decays"].start_N])
    length = float(torch.linalg.vector_norm(expected)) / 3  # of nine hyperparameters
    torch.testing.assert_close((start - going.state.theta_M) * length, expected, rtol=1e-6, atol=0)


def test_a_step_of_hoag_that_made_the_loss_worse_by_a_fifth_is_followed_by_none():
    steps = stepping(HOAG(), ridge(), 2)
    going, _ = next(steps)
    going.state.numbers["loss"] = torch.tensor(1.0).double()
    before, inverse = going.state.theta_M.clone(), float(going.state.numbers["inverse"])
    tolerance = float(going.state.numbers["tolerance"])
    next(steps)

    assert torch.equal(going.state.theta_M, before)
    assert float(going.state.numbers["inverse"]) == 2 * inverse
    assert float(going.state.numbers["tolerance"]) == pytest.approx(0.45 * tolerance)


def test_maid_reaches_the_best_penalty():
    done, _ = run(MAID(), ridge(), Recipe(), steps=40)
    assert exact_outer(done.state.unconstrained_H.exp().item()) <= BEST * (1 + 1e-6)


def test_no_step_of_maid_raises_the_exact_validation_loss():
    made = QUADRATIC["Quadratic"](20.0)
    losses, lengths = [made.first], []
    going = QUADRATIC["training"](MAID(accuracy=10.0), made, 40)
    for k in range(40):
        step = going.method.step(going.passes, going.state, k)
        losses.append(made.exact(going.state.theta_M))
        lengths.append(float(step.statistics["length"]))

    for before, after, length in zip(losses[:-1], losses[1:], lengths, strict=True):
        assert after < before if length else after == before
    assert losses[-1] < made.least + 0.1 * (made.first - made.least)


def test_the_weights_are_as_near_to_the_best_as_maid_says():
    for going, _ in stepping(MAID(accuracy=1.0), ridge(), 12):
        penalty = going.state.unconstrained_H.exp().item()
        x, y = TRAIN
        hessian = 2 * x.T @ x / len(x) + 2 * penalty * torch.eye(8).double()
        best = torch.linalg.solve(hessian, 2 * x.T @ y / len(x))
        assert (going.state.w_N - best).norm() <= float(going.state.numbers["accuracy"])


def inexact(problem, accuracy):
    """The hypergradient at the start, as exact as that."""
    method = MAID(accuracy=accuracy, adaptive=False)
    going = training(method, problem)
    at = levels(going.passes, going.state)
    search = Search(method, going.state, at, certified(at, None, None))
    return search.at(going.state.w_N, going.state.theta_M)


def test_the_error_of_a_gradient_is_never_above_what_maid_says():
    """On ridge regression, where all constants are computed and none is probed."""
    problem = weighted_ridge()
    exact = torch.cat(exact_hypergradient(problem))
    errors = []
    for accuracy in (10.0, 1.0, 0.1, 1e-3, 1e-6):
        found = inexact(problem, accuracy)
        assert float((found.gradient_M - exact).norm()) <= found.error
        errors.append(found.error)
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-3


@pytest.mark.parametrize("accuracy", [1.0, 0.1, 1e-3])
def test_both_bounds_hold_where_the_training_loss_is_nearly_flat(accuracy):
    """The best weights are h / c, and only the curvature c says how far they are off."""
    c, start = torch.tensor([0.01, 0.1, 0.5, 1.0]).double(), [0.2, -0.3, 0.4, 0.5]
    problem = Problem(
        stateless(lambda w, at, _: (c * w["w"] / 2 - at.values.matrix_BC[0]) @ w["w"]),
        stateless(lambda w, at, _: (w["w"] - 1).square().sum() / 2),
        {"w": torch.zeros(4, dtype=torch.float64)},
        {},
        hypers(start, constrain=torch.clone),
    )
    best = problem.hypers.start_H / c
    found = inexact(problem, accuracy)

    assert 0 < float((found.w_N - best).norm()) <= found.accuracy <= accuracy
    assert 0 < float((found.gradient_M - (best - 1) / c).norm()) <= found.error


@pytest.mark.parametrize("condition", [10.0, 20.0, 30.0])
def test_adaptive_accuracy_takes_fewer_gradients_than_a_fixed_one(condition):
    made = QUADRATIC["Quadratic"](condition)
    adaptive, _ = QUADRATIC["until_the_gap"](MAID(), made)
    fixed, _ = QUADRATIC["until_the_gap"](MAID(accuracy=1e-4, adaptive=False), made)
    assert adaptive < fixed


def test_where_maid_ends_does_not_depend_on_the_accuracy_that_it_starts_from():
    made = QUADRATIC["Quadratic"](10.0)
    ends = [QUADRATIC["end"](accuracy, made, 90) for accuracy in (1e2, 1e-1, 1e-5)]
    assert max(ends) <= 1.01 * min(ends)
    assert min(ends) >= made.least


def logistic(weights, at, batch):
    """A loss that is strongly convex and not quadratic."""
    outputs = batch.inputs @ weights["w"]
    return torch.nn.functional.softplus(-outputs * batch.targets.sign()).mean() + (
        at.values["h0"] * weights["w"].square().sum()
    )


def problem_of(inner=logistic, outer=squared_error):
    base = {"w": torch.zeros(8, dtype=torch.float64)}
    return Problem(stateless(inner), stateless(outer), base, {}, hypers([-2.0]))


def first_step(method, problem):
    return next(iter(stepping(method, problem, 1)))


def test_maid_refuses_what_it_has_no_valid_constant_for():
    with pytest.raises(CannotTrain, match="needs the `strong_convexity` of the training loss"):
        first_step(MAID(), problem_of())
    with pytest.raises(CannotTrain, match="needs the `smoothness` of the validation loss"):
        first_step(MAID(), problem_of(squared_error, logistic))
    with pytest.raises(
        CannotTrain, match="strongly convex training loss, and the least curvature"
    ):
        first_step(MAID(), problem_of(lambda w, at, batch: w["w"][:7].square().sum()))
    with pytest.raises(CannotTrain, match="takes directly"):
        first_step(MAID(), problem_of(squared_error, _direct))


def _direct(weights, at, batch):
    return squared_error(weights, at, batch) + at.values["h0"].sum()


def test_maid_takes_the_constants_that_it_is_told():
    strong = 2 * torch.tensor(-4.0).exp().item()  # while h0 stays above -4
    told = MAID(strong_convexity=strong, accuracy=0.5, first_step=0.1)
    losses = []
    for going, _ in stepping(told, problem_of(), 15):
        problem = levels(going.passes, going.state)
        losses.append(problem.outer_gradients(going.state.w_N, going.state.theta_M)[0])
        assert going.state.unconstrained_H.item() > -4
    assert losses[-1] < losses[0]


def test_constants_that_are_computed_are_those_of_the_data():
    going = training(MAID(), ridge())
    problem = levels(going.passes, going.state)
    found = certified(problem, None, None)
    spectrum = found.curvature(going.state.w_N, going.state.theta_M)
    penalty = torch.tensor(-2.0).double().exp()
    expected = torch.linalg.eigvalsh(2 * TRAIN[0].T @ TRAIN[0] / 14) + 2 * penalty
    largest = torch.linalg.eigvalsh(2 * VALID[0].T @ VALID[0] / 200)[-1]

    assert spectrum.least == pytest.approx(float(expected[0]), rel=1e-9)
    assert spectrum.least <= float(expected[0])
    assert spectrum.largest == pytest.approx(float(expected[-1]), rel=1e-9)
    assert found.smoothness == pytest.approx(float(largest), rel=1e-9)


SOLVED = {
    "lbfgs": lambda gradient, start: by_lbfgs(gradient, start, 1e-6, 500),
    "fista": lambda gradient, start: by_fista(gradient, start, 1e-6, 5000, 1.0, 100.0),
}


@pytest.mark.parametrize("solve", SOLVED.values(), ids=SOLVED)
def test_an_inner_solver_ends_where_the_gradient_is_as_small_as_asked(solve):
    curvature = torch.linspace(1, 100, 8).double()
    start = torch.ones(8).double()
    found = solve(lambda x: (float((curvature * x * x).sum() / 2), curvature * x.detach()), start)
    assert found.left == pytest.approx(float((curvature * found.x_N).norm()))
    assert found.left <= 1e-6
    assert torch.equal(start, torch.ones(8).double())


def test_conjugate_gradients_start_from_where_they_are_told():
    curvature, b = torch.linspace(1, 9, 8).double(), torch.ones(8).double()
    cold = by_conjugate_gradients(lambda v: curvature * v, b, torch.zeros(8).double(), 1e-9, 99)
    warm = by_conjugate_gradients(lambda v: curvature * v, b, cold.x_N, 1e-8, 99)

    torch.testing.assert_close(cold.x_N, b / curvature)
    assert (cold.count, warm.count) == (8, 0)


@both
def test_what_is_frozen_never_moves(method):
    done, _ = run(method, ridge((-2.0, -1.0), frozen=[False, True]), Recipe(), steps=3)
    assert done.state.unconstrained_H[1] == -1
    assert done.state.unconstrained_H[0] != -2


@both
def test_with_nothing_to_tune_the_weights_are_solved_for(method):
    done, _ = run(method, ridge(frozen=True), Recipe(), steps=12)
    best = exact_outer(float(torch.tensor(-2.0).double().exp()))
    assert training_loss(done) == pytest.approx(best, rel=0.05)


def training_loss(done):
    loss, _ = done.problem.outer(done.state.weights, done.conditioning(), done.passes.valid(0))
    return float(loss)


@both
def test_a_run_that_is_taken_up_goes_exactly_the_same_way(method):
    one, two = (training(method, at_the_optimum(), Recipe(), steps=9) for _ in range(2))
    going = one.run()
    while one.step < 5:
        next(going)
    tensors, skeleton = flatten(one.snapshot())
    two.restore(copied(unflatten(tensors, json.loads(json.dumps(skeleton)))))
    list(going), list(two.run())

    assert torch.equal(one.state.theta_M, two.state.theta_M)
    assert torch.equal(one.state.w_N, two.state.w_N)
    assert {n: float(x) for n, x in one.state.numbers.items()} == {
        n: float(x) for n, x in two.state.numbers.items()
    }


SPEC = """\
hspec 1
hyper decays[weight] : log(1e-6, 1e3) = 1
data {{
  source = diabetes
  split  = (train = 60%, valid = 20%, test = 20%)
  scale  = standardize
  batch  = {batch}
}}
model (10) {{ linear(1, bias = false) }}
objective {{ train = mse + l2(decays); valid = mse }}
tune {{ method = {method}; steps = 20 }}
"""


@pytest.mark.parametrize("method", ["hoag", "maid(accuracy = 0.1)"])
def test_a_compiled_ridge_regression_is_tuned(method):
    ready = prepared(SPEC.format(batch="all", method=method))
    reports = [event for event in ready.training.run() if isinstance(event, Reported)]

    assert len(ready.training.state.vectors["decays"]) == 10
    assert reports[-1].valid_loss < reports[0].valid_loss
    assert ready.plain_state()


@pytest.mark.parametrize("method", ["hoag", "maid"])
def test_a_part_of_the_training_examples_is_no_batch_for_them(method):
    with pytest.raises(SpecError) as wrong:
        compile_text(SPEC.format(batch="32", method=method), "a.hspec")
    assert [d.code for d in wrong.value.diagnostics] == ["HT651"]


def test_learning_rates_are_refused():
    tied = evolve(ridge().hypers, uses={"h0": frozenset({"of the optimiser"})})
    with pytest.raises(CannotTrain, match="cannot tune `h0`"):
        training(HOAG(), evolve(ridge(), hypers=tied), Recipe())
