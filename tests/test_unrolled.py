"""Hypergradients through the steps of training, on problems in Python."""

import json

import pytest
import torch
from bilevel_toys import (
    FLOAT,
    TRAIN,
    VALID,
    Parts,
    Reads,
    Same,
    at_the_optimum,
    exact_hypergradient,
    hypers,
    moved,
    ridge,
    run,
    stepped,
    training,
    weighted_ridge,
)
from torch import optim

from hypertune.methods.algorithms import Fixed, Implicit, Unrolled
from hypertune.methods.algorithms.solvers import Exact
from hypertune.optimisers import rules
from hypertune.runtime import (
    CannotFollow,
    EpochSchedule,
    Optimiser,
    Problem,
    Recipe,
    generators,
    seeded,
)
from hypertune.runtime.snapshots import flatten, unflatten
from hypertune.uses import Use

BATCHES = Parts(TRAIN, VALID, size=5, per_epoch=4)
PLAIN = Optimiser(optim.SGD, {"lr": 1.0})  # what moves by the hypergradient itself
HYPERS = ("decay", "eta", "mu")
MODES = pytest.mark.parametrize("mode", ["reverse", "forward"])
HALVES = EpochSchedule(
    optim.lr_scheduler.StepLR, {"step_size": 1, "gamma": 0.5}, factor=lambda epoch: 0.5**epoch
)
WEIGHTS = {
    "sgd": Optimiser(optim.SGD, {"lr": 0.05}, rules.SGD),
    "momentum": Optimiser(optim.SGD, {"lr": 0.02, "momentum": 0.6}, rules.SGD),
    "nesterov": Optimiser(optim.SGD, {"lr": 0.02, "momentum": 0.6, "nesterov": True}, rules.SGD),
    "adam": Optimiser(optim.Adam, {"lr": 0.05}, rules.ADAM),
    "adamw": Optimiser(optim.AdamW, {"lr": 0.05}, rules.ADAMW),
    "rmsprop": Optimiser(optim.RMSprop, {"lr": 0.02}, rules.RMSPROP),
}


def noisy_loss(weights, conditioning, sample):
    """A network with dropout, and a penalty."""
    with seeded(generators([]), sample.draw):
        hidden = torch.tanh(sample.batch.inputs @ weights["a"])
        if sample.part == "train":
            hidden = torch.nn.functional.dropout(hidden, 0.3)
    fit = (hidden @ weights["b"] - sample.batch.targets).square().mean()
    if sample.part == "train":
        fit = fit + conditioning.values["decay"].squeeze() * weights["a"].square().sum()
    return fit, sample.kept


def network(start=(-3.0, -3.0, 0.3), frozen=False):
    """A problem whose hyperparameters are a penalty, a learning rate and a momentum."""
    generator = torch.Generator().manual_seed(3)
    a, b = (torch.randn(shape, generator=generator, dtype=FLOAT) for shape in [(8, 4), (4,)])

    def constrain(u):
        return torch.cat([u[..., :2].exp(), u[..., 2:].sigmoid()], dim=-1)

    columns = hypers(list(start), frozen=frozen, constrain=constrain, values=HYPERS)
    return Problem(noisy_loss, noisy_loss, {"a": a, "b": b}, {}, columns)


def tied(optimiser, problem, *options):
    """The optimiser with its options tied to `eta` and `mu`, at their start."""
    at = problem.hypers.conditioning(problem.hypers.start_H[None]).values
    names = dict(zip(options, ("eta", "mu"), strict=False))
    start = {option: float(at[name]) for option, name in names.items()}
    return Optimiser(optimiser.torch, {**optimiser.options, **start}, optimiser.rule, names)


def valid_loss_after(start, optimiser, options, steps, **recipe):
    """What torch's own optimiser comes to."""
    problem = network(start, frozen=True)
    weights = tied(optimiser, problem, *options)
    done = training(Fixed(), problem, Recipe(weights, **recipe), BATCHES, steps)
    for k in range(steps):
        done.method.step(done.passes, done.state, k)
    loss, _ = problem.outer(done.state.weights, done.conditioning(), done.passes.valid(0))
    return float(loss)


@MODES
@pytest.mark.parametrize("warmup", [0, 12])
def test_restarted_windows_begin_with_the_weights_of_the_problem(mode, warmup):
    method = Unrolled(window=4, mode=mode, warmup=warmup, restart=True)
    recipe = Recipe(WEIGHTS["adam"], hypers=PLAIN)
    going = training(method, ridge(), recipe)
    before = []
    for k in range(4):
        before.append(float(going.state.unconstrained_H))
        going.method.step(going.passes, going.state, k)
    once = stepped(method, ridge([before[-1]]), recipe).state
    on = stepped(Unrolled(window=4, mode=mode), ridge([before[-1]]), recipe)
    on.method.step(on.passes, on.state, 1)

    assert (before[2] != before[1]) == (warmup == 0)
    assert torch.equal(going.state.weights["w"], once.weights["w"])
    assert not torch.allclose(on.state.weights["w"], once.weights["w"])


@MODES
@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("clip", [None, 0.5, 100.0])
def test_the_gradient_is_that_of_finite_differences(mode, name, clip):
    optimiser, start = WEIGHTS[name], [-3.0, -3.0, 0.3]
    options = ("lr", "momentum") if name in ("momentum", "nesterov") else ("lr",)
    problem = network(start)
    recipe = Recipe(tied(optimiser, problem, *options), hypers=PLAIN, clip=clip)
    found = moved(Unrolled(window=7, mode=mode), problem, recipe, BATCHES)[0]

    for place in range(1 + len(options)):
        ends = []
        for step in (1e-5, -1e-5):
            there = [u + step * (i == place) for i, u in enumerate(start)]
            ends.append(valid_loss_after(there, optimiser, options, 7, clip=clip))
        difference = (ends[0] - ends[1]) / 2e-5
        assert float(found[place]) == pytest.approx(difference, rel=1e-6, abs=1e-9)
    assert found.abs().min() > 1e-6 or len(options) == 1


@MODES
def test_unrolling_to_convergence_gives_the_closed_form_of_ridge_regression(mode):
    problem = weighted_ridge()
    recipe = Recipe(WEIGHTS["momentum"], hypers=PLAIN)
    frozen = weighted_ridge(vector=torch.linspace(-3.0, 0.0, 8, dtype=FLOAT))
    if mode == "forward":
        vector = frozen.hypers.vectors["decays"]
        frozen.hypers.vectors["decays"] = type(vector)(vector.start_N, vector.constrain, True)
    found = moved(Unrolled(window=500, mode=mode), frozen, recipe)

    exact = exact_hypergradient(problem)
    for part, closed in zip(found, exact, strict=False):
        torch.testing.assert_close(part, closed, rtol=1e-6, atol=1e-8)


def test_an_implicit_hypergradient_is_the_limit_of_unrolling():
    problem = at_the_optimum()
    recipe = Recipe(WEIGHTS["sgd"], hypers=PLAIN)
    limit = moved(Implicit(solver=Exact(), inner_steps=1), problem, recipe)[1]

    errors = [
        float((moved(Unrolled(window=window), problem, recipe)[1] - limit).norm())
        for window in (10, 40, 160)
    ]
    assert errors[0] > 5 * errors[1] > 100 * errors[2]


def test_the_error_of_a_window_cut_short_falls_as_a_power():
    """As (1 - lr × mu)^K, with mu the lowest curvature."""
    problem = at_the_optimum()
    penalty = problem.hypers.vectors["decays"].start_N.exp() + problem.hypers.start_H.exp()
    exact = exact_hypergradient(problem)[1]
    recipe = Recipe(WEIGHTS["sgd"], hypers=PLAIN)

    def error(steps):
        found = moved(Unrolled(window=260, truncated=steps), problem, recipe)
        return float((found[1] - exact).norm())

    x, _ = TRAIN
    lowest = float(torch.linalg.eigvalsh(2 * (x.T @ x / len(x) + penalty.diag()))[0])
    share = 1 - 0.05 * lowest
    assert error(260) / error(240) == pytest.approx(share**20, rel=1e-2)
    assert error(240) / error(220) == pytest.approx(share**20, rel=1e-2)


def test_a_window_says_what_is_left_of_the_gradient_at_its_start():
    problem = at_the_optimum()  # so that windows of all lengths end alike
    recipe = Recipe(WEIGHTS["sgd"], hypers=PLAIN)

    def left(method):
        return float(stepped(method, problem, recipe).statistics["truncation"])

    assert 1 > left(Unrolled(window=5)) > left(Unrolled(window=50)) > 0
    assert left(Unrolled(window=50, truncated=5)) == pytest.approx(left(Unrolled(window=5)))


@MODES
def test_a_window_cut_short_counts_the_last_steps_alone(mode):
    """As if the window had begun there."""
    problem = network()
    recipe = Recipe(tied(WEIGHTS["sgd"], problem, "lr"), hypers=PLAIN)
    cut = moved(Unrolled(window=6, mode=mode, truncated=2), problem, recipe, BATCHES)[0]

    weights = tied(WEIGHTS["sgd"], problem, "lr")
    before = training(Fixed(), network(frozen=True), Recipe(weights), BATCHES)
    for k in range(4):
        before.method.step(before.passes, before.state, k)
    begun = Problem(problem.inner, problem.outer, before.state.weights, {}, problem.hypers)
    late = training(Unrolled(window=2, mode=mode), begun, recipe, BATCHES)
    late.passes.train, shifted = lambda k, train=late.passes.train: train(k + 4), late.passes
    late.method.step(shifted, late.state, 0)

    torch.testing.assert_close(problem.hypers.start_H - late.state.unconstrained_H, cut)


@pytest.mark.parametrize("window", [1, 2, 7, 16])
def test_both_modes_agree(window):
    problem = network()
    recipe = Recipe(tied(WEIGHTS["momentum"], problem, "lr", "momentum"), hypers=PLAIN)
    both = [
        moved(Unrolled(window=window, mode=mode), problem, recipe, BATCHES)[0]
        for mode in ("reverse", "forward")
    ]
    torch.testing.assert_close(both[0], both[1], rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", ["momentum", "adam"])
@MODES
def test_the_weights_go_as_in_plain_training(name, mode):
    problem = network(frozen=True)
    method, recipe = Unrolled(window=3, mode=mode), Recipe(WEIGHTS[name])
    tuned, _ = run(method, problem, recipe, BATCHES, 4, evaluate=nothing)
    alive = Recipe(WEIGHTS[name], hypers=Optimiser(optim.SGD, {"lr": 0.0}))
    still, _ = run(method, network(), alive, BATCHES, 4, evaluate=nothing)
    plain, _ = run(Fixed(), problem, recipe, BATCHES, 12, evaluate=nothing)

    for weight, w in plain.state.weights.items():
        torch.testing.assert_close(tuned.state.weights[weight], w, rtol=1e-9, atol=1e-12)
        torch.testing.assert_close(still.state.weights[weight], w, rtol=1e-9, atol=1e-12)


def nothing(weights, conditioning, kept):
    return {"valid_loss": 0.0}


def test_a_schedule_moves_the_learning_rate_of_the_window():
    recipe = Recipe(WEIGHTS["momentum"], hypers=Optimiser(optim.SGD, {"lr": 0.0}), schedule=HALVES)
    still, _ = run(Unrolled(window=2), network(), recipe, BATCHES, 6, evaluate=nothing)
    plain, _ = run(Fixed(), network(frozen=True), recipe, BATCHES, 12, evaluate=nothing)

    for weight, w in plain.state.weights.items():
        torch.testing.assert_close(still.state.weights[weight], w, rtol=1e-9, atol=1e-12)


@MODES
@pytest.mark.parametrize("name", ["momentum", "adam"])
def test_a_run_that_is_taken_up_goes_exactly_the_same_way(mode, name):
    problem = network()
    recipe = Recipe(
        tied(WEIGHTS[name], problem, "lr"),
        hypers=Optimiser(optim.Adam, {"lr": 0.01}),
        schedule=HALVES,
        clip=1.0,
    )

    def made():
        return training(
            Unrolled(window=3, mode=mode), problem, recipe, BATCHES, 8, evaluate=nothing
        )

    one, two = made(), made()
    going = one.run()
    for _ in range(7):
        next(going)
    tensors, skeleton = flatten(one.snapshot())
    two.restore(unflatten(tensors, json.loads(json.dumps(skeleton))))
    list(going), list(two.run())

    twins = [flatten(t.state.state_dict()) for t in (one, two)]
    assert twins[0][1] == twins[1][1]
    assert all(torch.equal(tensor, twins[1][0][path]) for path, tensor in twins[0][0].items())
    assert (one.step, one.state.point.taken) == (8, 24)
    assert not torch.equal(one.state.unconstrained_H, problem.hypers.start_H)


def test_the_learning_rate_of_a_bad_start_is_found():
    problem = network((-6.0, -8.0, 0.0))
    recipe = Recipe(tied(WEIGHTS["sgd"], problem, "lr"), hypers=Optimiser(optim.Adam, {"lr": 0.1}))
    batches = Same(TRAIN, VALID)
    done, _ = run(Unrolled(window=5), problem, recipe, batches, 60, evaluate=nothing)

    assert done.state.unconstrained_H[1] > -6


def test_hyperparameters_without_a_gradient_are_refused():
    uses = {"h0": frozenset({Use.STOCHASTIC})}
    with pytest.raises(CannotFollow, match="`h0` \\(stochastic\\)"):
        training(Unrolled(window=2), weighted_ridge(uses=uses))
    with pytest.raises(CannotFollow, match="one for each example or weight"):
        training(Unrolled(window=2, mode="forward"), weighted_ridge())


def test_an_optimiser_without_a_rule_is_refused():
    with pytest.raises(ValueError, match="no step of Adagrad can be differentiated"):
        training(Unrolled(window=2), recipe=Recipe(Optimiser(optim.Adagrad), hypers=PLAIN))


def test_an_option_of_another_optimiser_is_refused():
    moving = Optimiser(optim.SGD, {"lr": 0.1}, rules.SGD, {"lr": "h1"})
    with pytest.raises(ValueError, match="optimiser for `hypers` is the hyperparameter `h1`"):
        training(Unrolled(window=2), ridge((-2.0, -1.0)), Recipe(WEIGHTS["sgd"], hypers=moving))
    training(Unrolled(window=2), ridge((-2.0, -1.0)), Recipe(moving, hypers=PLAIN))


def test_more_steps_than_the_window_has_are_refused():
    with pytest.raises(ValueError, match=r"6 steps .* window of 5"):
        Unrolled(window=5, truncated=6)


def test_a_window_that_explodes_ends_with_advice_and_moves_nothing():
    problem = network((-3.0, 8.0, 0.0))
    recipe = Recipe(tied(WEIGHTS["sgd"], problem, "lr"), hypers=PLAIN)
    found = moved(Unrolled(window=60), problem, recipe, BATCHES)[0]

    assert found.isfinite().all()


@pytest.mark.parametrize(
    "method", [Unrolled(window=2, warmup=5), Implicit(solver=Exact(), inner_steps=2, warmup=5)]
)
def test_hyperparameters_wait_for_the_end_of_the_warm_up(method):
    rate = Optimiser(optim.SGD, {"lr": 0.05}, rules.SGD)
    going = training(method, ridge(), Recipe(rate, hypers=PLAIN))
    found = []
    for k in range(4):
        going.method.step(going.passes, going.state, k)
        found.append(going.state.unconstrained_H.item())

    assert found[:2] == [-2.0, -2.0]
    assert found[2] != -2.0
    assert found[3] != found[2]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("name", WEIGHTS)
def test_no_step_waits_for_the_device(name, mode):
    problem = ridge((-1.0, -2.0))
    recipe = Recipe(WEIGHTS[name], hypers=PLAIN, clip=1.0)
    going = training(Unrolled(window=4, truncated=2, mode=mode), problem, recipe)
    with Reads() as reads:
        for k in range(2):
            going.method.step(going.passes, going.state, k)
    assert not reads.found


def test_what_a_window_keeps_grows_with_the_square_root_of_its_length():
    """Counts the tensors that torch has saved for backward passes and not yet let go."""

    def most(window):
        alive, peak = set(), 0

        class Saved:
            def __init__(self, tensor):
                self.tensor = tensor
                alive.add(id(self))
                nonlocal peak
                peak = max(peak, len(alive))

            def __del__(self):
                alive.discard(id(self))

        with torch.autograd.graph.saved_tensors_hooks(Saved, lambda saved: saved.tensor):
            problem = network()
            recipe = Recipe(tied(WEIGHTS["sgd"], problem, "lr"), hypers=PLAIN)
            moved(Unrolled(window=window), problem, recipe, BATCHES)
        return peak

    assert most(16) / most(4) < 2.3
    assert most(64) / most(16) < 2.3
    assert most(64) / most(16) > 1.5
