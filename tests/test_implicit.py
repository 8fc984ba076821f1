"""Hypergradients by the implicit function theorem, on problems in Python."""

import json
from itertools import accumulate, pairwise

import pytest
import torch
from attrs import frozen
from bilevel_toys import (
    FLOAT,
    SGD,
    TRAIN,
    VALID,
    Parts,
    Reads,
    Same,
    at_the_optimum,
    exact_hypergradient,
    moved,
    run,
    stepped,
    training,
    weighted_ridge,
)
from torch.profiler import ProfilerActivity, profile

from hypertune.hyper import STANDARD as DOMAINS
from hypertune.losses.per_weight import SQUARES, penalty
from hypertune.methods.algorithms import Implicit
from hypertune.methods.algorithms.curvature import Curvature
from hypertune.methods.algorithms.solvers import CG, Exact, Identity, Neumann, Nystrom
from hypertune.runtime import (
    Batch,
    CannotFollow,
    Diverged,
    Hypers,
    Optimiser,
    Problem,
    Recipe,
    Sample,
    Vector,
    generators,
    seeded,
    stateless,
)
from hypertune.runtime.snapshots import flatten, unflatten
from hypertune.uses import Use

MINI = Neumann(terms=5, scale=0.02)  # that converges on mini-batches
SOLVERS = {
    "cg": CG(max_iterations=20, tolerance=1e-12),
    "neumann": Neumann(terms=600, scale=0.2),
    "exact": Exact(),
    "nystrom": Nystrom(rank=8, damping=1e-8),
}
BATCHES = Parts(TRAIN, VALID, size=5, per_epoch=4)


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_a_solver_gives_the_closed_form_of_ridge_regression(solver):
    problem = at_the_optimum()
    column, decays = moved(Implicit(solver=solver, inner_steps=1), problem)

    exact = exact_hypergradient(problem)
    torch.testing.assert_close(column, exact[0], rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(decays, exact[1], rtol=1e-6, atol=1e-8)


def test_inner_steps_bring_the_weights_to_where_the_gradient_is_exact():
    problem = weighted_ridge()
    method = Implicit(solver=Exact(), inner_steps=900)
    column, decays = moved(method, problem)

    exact = exact_hypergradient(problem)
    torch.testing.assert_close(column, exact[0], rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(decays, exact[1], rtol=1e-6, atol=1e-8)


def test_the_identity_takes_the_gradient_for_the_solution():
    problem = at_the_optimum()
    done = stepped(Implicit(solver=Identity(), inner_steps=1), problem)
    x, y = VALID
    w = done.state.weights["w"]
    gradient = 2 * x.T @ (x @ w - y) / len(x)
    _, decays = moved(Implicit(solver=Identity(), inner_steps=1), problem)

    penalty = problem.hypers.vectors["decays"].start_N.exp()
    torch.testing.assert_close(decays, -2 * gradient * w * penalty)
    assert not done.statistics


def test_a_short_neumann_series_is_off_by_the_power_of_its_contraction():
    problem = at_the_optimum()
    exact = exact_hypergradient(problem)[1]

    def error(terms):
        method = Implicit(solver=Neumann(terms=terms, scale=0.1), inner_steps=1)
        return (moved(method, problem)[1] - exact).norm()

    x, _ = TRAIN
    penalty = problem.hypers.vectors["decays"].start_N.exp() + problem.hypers.start_H.exp()
    lowest = torch.linalg.eigvalsh(2 * (x.T @ x / len(x) + penalty.diag()))[0]
    assert error(90) / error(80) == pytest.approx(float((1 - 0.1 * lowest) ** 10), rel=1e-2)


def test_the_scale_of_a_series_is_the_learning_rate_of_the_weights():
    problem = at_the_optimum()
    written = moved(Implicit(solver=Neumann(terms=3, scale=0.05), inner_steps=1), problem)
    taken = moved(Implicit(solver=Neumann(terms=3), inner_steps=1), problem)  # SGD has 0.05

    assert torch.equal(written[1], taken[1])


@pytest.mark.parametrize("solver", SOLVERS.values(), ids=SOLVERS)
def test_a_solve_says_how_well_it_did(solver):
    found = stepped(Implicit(solver=solver, inner_steps=1), at_the_optimum()).statistics

    assert found["residual"] < 1e-6
    assert found["products"] == {"Neumann": 600}.get(type(solver).__name__, 8)


def test_what_is_solved_badly_has_a_residual():
    few = CG(max_iterations=2, tolerance=0.0)
    low = Nystrom(rank=2, damping=1.0)  # which takes H for zero where it did not look
    for solver, most in ((few, 1), (low, 10), (Neumann(terms=3, scale=0.1), 1)):
        found = stepped(Implicit(solver=solver, inner_steps=1), at_the_optimum()).statistics
        assert 0.01 < found["residual"] < most


def test_cg_counts_the_products_until_its_tolerance():
    loose = CG(max_iterations=50, tolerance=0.3)
    found = stepped(Implicit(solver=loose, inner_steps=1), at_the_optimum()).statistics

    assert 0 < found["products"] < 8
    assert found["residual"] <= 0.3


def test_cg_ends_where_the_curvature_is_negative():
    hessian = torch.diag(torch.tensor([1.0, -1.0], dtype=FLOAT))
    found = CG(max_iterations=5).solve(
        lambda x: [hessian @ x[0]], [torch.tensor([0.0, 1.0], dtype=FLOAT)], torch.Generator()
    )

    assert found.v[0].tolist() == [0, 0]
    assert found.statistics["residual"] == 1


def test_damping_is_added_to_the_diagonal():
    problem = at_the_optimum()
    results = [
        moved(Implicit(solver=solver, inner_steps=1), problem)[1]
        for solver in (
            CG(max_iterations=20, tolerance=1e-12, damping=0.5),
            Exact(damping=0.5),
            Nystrom(rank=8, damping=0.5),
        )
    ]
    torch.testing.assert_close(results[0], results[1])
    torch.testing.assert_close(results[0], results[2])
    assert not torch.allclose(results[0], exact_hypergradient(problem)[1], rtol=1e-2)


def test_nystrom_of_a_singular_hessian_is_finite():
    hessian = torch.diag(torch.tensor([2.0, 1.0, 0.0, 0.0], dtype=FLOAT))
    b = torch.tensor([1.0, 1.0, 0.0, 0.0], dtype=FLOAT)
    found = Nystrom(rank=3, damping=1e-6).solve(
        lambda x: [hessian @ x[0]], [b.clone()], torch.Generator().manual_seed(0)
    )
    exact = torch.tensor([0.5, 1.0, 0.0, 0.0], dtype=FLOAT)
    torch.testing.assert_close(found.v[0], exact, rtol=1e-5, atol=1e-5)


def test_the_exact_solve_refuses_large_problems():
    with pytest.raises(ValueError, match="at most 7 weights, and here are 8"):
        training(Implicit(solver=Exact(limit=7), inner_steps=1), weighted_ridge())


def test_a_series_that_diverges_ends_the_run_with_advice_and_moves_nothing():
    method = Implicit(solver=Neumann(terms=50, scale=5.0), inner_steps=1)
    done, events = run(method, weighted_ridge(), batches=BATCHES, steps=8)

    outcome = events[-1].outcome
    assert isinstance(outcome, Diverged)
    assert "residual" in outcome.what
    assert "`scale`" in outcome.advice
    assert done.state.unconstrained_H.tolist() == [-2.0]
    assert done._statistics["contraction"] > 1


def test_a_series_that_overflows_moves_nothing():
    method = Implicit(solver=Neumann(terms=2000, scale=5.0), inner_steps=1)
    column, decays = moved(method, weighted_ridge())

    assert column.tolist() == [0.0]
    assert decays.tolist() == [0.0] * 8


# Noise


def noisy_loss(weights, conditioning, sample):
    """A network with dropout, whose mask is drawn under the seed of the sample."""
    with seeded(generators([]), sample.draw):
        hidden = torch.tanh(sample.batch.inputs @ weights["a"])
        hidden = torch.nn.functional.dropout(hidden, 0.5)
    fit = (hidden @ weights["b"] - sample.batch.targets).square().mean()
    decay = conditioning.values["h0"].squeeze() * sum(w.square().sum() for w in weights.values())
    return fit + decay, sample.kept


def noisy(**options):
    problem = weighted_ridge(**options)
    generator = torch.Generator().manual_seed(3)
    a, b = (torch.randn(shape, generator=generator, dtype=FLOAT) for shape in [(8, 6), (6,)])
    return Problem(noisy_loss, noisy_loss, {"a": a, "b": b}, {}, problem.hypers)


def test_products_with_dropout_on_are_symmetric():
    problem = noisy()
    weights = {n: w.clone().requires_grad_() for n, w in problem.base.items()}
    at = problem.hypers.conditioning(problem.hypers.start_H[None])
    generator = torch.Generator().manual_seed(1)
    x, y = (
        [torch.randn(w.shape, generator=generator, dtype=FLOAT) for w in weights.values()]
        for _ in range(2)
    )

    def product(v, draw=7):
        sample = Sample(Batch(*TRAIN), draw=draw)
        loss, _ = problem.inner(weights, at, sample)
        return Curvature(loss, list(weights.values())).product(v)

    def dot(one, two):
        return sum((p * q).sum() for p, q in zip(one, two, strict=True))

    assert dot(product(x), y) == pytest.approx(float(dot(x, product(y))), abs=1e-10)
    assert abs(float(dot(product(x), y) - dot(x, product(y, draw=8)))) > 1e-3


def test_a_product_is_the_change_of_the_gradient():
    problem = noisy()
    at = problem.hypers.conditioning(problem.hypers.start_H[None])
    way = [torch.ones_like(w) for w in problem.base.values()]

    def gradient(step):
        weights = {n: (w + step).requires_grad_() for n, w in problem.base.items()}
        loss, _ = problem.inner(weights, at, Sample(Batch(*TRAIN), draw=7))
        return loss, list(weights.values())

    found = Curvature(*gradient(0.0)).product(way)
    ends = [torch.autograd.grad(*gradient(step)) for step in (1e-5, -1e-5)]
    for part, up, down in zip(found, *ends, strict=True):
        torch.testing.assert_close(part, (up - down) / 2e-5, rtol=1e-6, atol=1e-7)


def test_weights_that_the_loss_is_linear_in_have_no_curvature():
    w = torch.ones(3, dtype=FLOAT, requires_grad=True)
    u = torch.ones(3, dtype=FLOAT, requires_grad=True)
    found = Curvature((w.square() + u).sum(), [w, u]).product([torch.ones_like(w)] * 2)

    assert [part.tolist() for part in found] == [[2, 2, 2], [0, 0, 0]]
    assert Curvature(w.sum(), [w]).product([u])[0].tolist() == [0, 0, 0]


# States


@pytest.mark.parametrize("solver", [*map(SOLVERS.get, ("cg", "exact", "nystrom")), MINI])
def test_a_run_that_is_taken_up_goes_exactly_the_same_way(solver):
    method = Implicit(solver=solver, inner_steps=3)
    momentum = Optimiser(torch.optim.SGD, {"lr": 0.01, "momentum": 0.9})
    recipe = Recipe(momentum, hypers=Optimiser(torch.optim.Adam, {"lr": 0.01}), clip=1.0)

    def made():
        return training(method, weighted_ridge(), recipe, BATCHES, steps=8)

    one, two = made(), made()
    going = one.run()
    for _ in range(7):  # with reports between the steps
        next(going)
    tensors, skeleton = flatten(one.snapshot())
    two.restore(unflatten(tensors, json.loads(json.dumps(skeleton))))
    list(going), list(two.run())

    twins = [flatten(t.state.state_dict())[0] for t in (one, two)]
    assert twins[0].keys() == twins[1].keys()
    assert all(torch.equal(tensor, twins[1][name]) for name, tensor in twins[0].items())
    start = weighted_ridge().hypers.vectors["decays"].start_N
    assert one.step == 8
    assert not torch.equal(one.state.vectors["decays"], start)


def test_steps_take_their_batches_in_order_and_count_as_so_many():
    asked = []

    class Noted(Parts):
        def train(self, k):
            asked.append(k)
            return super().train(k)

    batches = Noted(TRAIN, VALID, size=5, per_epoch=4)
    method = Implicit(solver=Identity(), inner_steps=3)
    _, events = run(method, weighted_ridge(), batches=batches, steps=4)

    assert asked == [*range(12)]
    assert events[0].steps_per_epoch == pytest.approx(4 / 3)


def test_a_vector_of_hyperparameters_finds_what_lowers_the_validation_loss():
    recipe = Recipe(SGD, hypers=Optimiser(torch.optim.Adam, {"lr": 0.05}))
    method = Implicit(solver=CG(max_iterations=8), inner_steps=20)
    _, events = run(method, weighted_ridge(), recipe, Same(TRAIN, VALID), steps=150)

    reports = [event for event in events if hasattr(event, "valid_loss")]
    assert reports[-1].valid_loss < 0.95 * reports[0].valid_loss
    assert {"decays[min]", "decays[median]", "decays[max]"} <= reports[-1].hypers.keys()


def test_what_is_frozen_never_moves():
    start = torch.zeros(8, dtype=FLOAT)
    problem = weighted_ridge(frozen=True, vector=start)
    assert moved(Implicit(solver=Exact(), inner_steps=1), problem)[0].tolist() == [0]

    hypers = weighted_ridge().hypers
    frozen = Hypers(
        hypers.names,
        hypers.start_H,
        hypers.scale_H,
        hypers.scale_fixed_H,
        hypers.per_batch_H,
        hypers.frozen_H,
        constrain=torch.exp,
        vectors={"decays": Vector(start, torch.exp, frozen=True)},
    )
    inner, outer, base = problem.inner, problem.outer, problem.base
    tuned = weighted_ridge(vector=start).hypers
    both = [Problem(inner, outer, base, {}, each) for each in (frozen, tuned)]
    one, two = (moved(Implicit(solver=Exact(), inner_steps=2), problem) for problem in both)
    assert len(one) == 1
    torch.testing.assert_close(one[0], two[0])


def test_a_direct_effect_on_the_validation_loss_is_part_of_the_gradient():
    problem = at_the_optimum()

    def outer(weights, conditioning, batch):
        x, y = batch.inputs, batch.targets
        size = conditioning.values["decays"].sum()
        return (x @ weights["w"] - y).square().mean() + size

    with_direct = Problem(problem.inner, stateless(outer), problem.base, {}, problem.hypers)
    method = Implicit(solver=Exact(), inner_steps=1)
    more = moved(method, with_direct)[1] - moved(method, problem)[1]
    torch.testing.assert_close(more, problem.hypers.vectors["decays"].start_N.exp())


def test_a_validation_loss_may_depend_on_nothing():
    problem = at_the_optimum()
    constant = stateless(lambda weights, conditioning, batch: batch.targets.mean())
    problem = Problem(problem.inner, constant, problem.base, {}, problem.hypers)
    for solver in SOLVERS.values():
        method = Implicit(solver=solver, inner_steps=1)
        assert moved(method, problem)[1].tolist() == [0] * 8
        assert stepped(method, problem).statistics["residual"] == 0


def test_hyperparameters_without_a_gradient_are_refused():
    uses = {"h0": frozenset({Use.STOCHASTIC}), "decays": frozenset({Use.SMOOTH})}
    with pytest.raises(CannotFollow, match="`h0` \\(stochastic\\)"):
        training(
            Implicit(solver=Identity(), inner_steps=1),
            weighted_ridge(uses=uses),
        )


@pytest.mark.parametrize("solver", [*SOLVERS.values(), Identity()], ids=[*SOLVERS, "identity"])
def test_no_step_waits_for_the_device(solver):
    going = training(Implicit(solver=solver, inner_steps=2), weighted_ridge())
    with Reads() as reads:
        for k in range(2):
            going.method.step(going.passes, going.state, k)
    assert not reads.found


# Memory


def copies_at_the_peak(work, size):
    """All that torch's allocator has given out during `work` and not got back, at its most."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        work()
    events = [e for e in found.profiler.kineto_results.events() if e.name() == "[memory]"]
    sizes = [event.nbytes() for event in sorted(events, key=lambda event: event.start_ns())]
    return max(accumulate(sizes)) / size


WIDTHS = (784, 1200, 600, 10)  # 1,666,800 weights


def penalised_network():
    """A network of 1.67 million weights, each with a penalty of its own in a log domain."""
    generator = torch.Generator().manual_seed(0)
    base = {
        f"w{i}": torch.randn(wide, narrow, generator=generator) / wide**0.5
        for i, (wide, narrow) in enumerate(pairwise(WIDTHS))
    }

    def fit(weights, conditioning, batch):
        x = batch.inputs
        for i in range(3):
            x = x @ weights[f"w{i}"] if i == 0 else torch.relu(x) @ weights[f"w{i}"]
        return torch.nn.functional.cross_entropy(x, batch.targets)

    def penalised(weights, conditioning, batch):
        decays, each = conditioning.values["decays"], list(weights.values())
        return fit(weights, conditioning, batch) + penalty(decays, each, SQUARES) / 2

    log = next(kind for kind in DOMAINS if kind.name == "log").constrain_tensor
    ends = torch.tensor(1e-8), torch.tensor(1.0)
    count = sum(w.numel() for w in base.values())
    empty = torch.zeros(0)
    mask = torch.zeros(0, dtype=torch.bool)
    vectors = {"decays": Vector(torch.zeros(count), lambda u: log(u, *ends))}
    columns = Hypers((), empty, empty, mask, mask, mask, vectors=vectors)
    return Problem(stateless(penalised), stateless(fit), base, {}, columns)


@pytest.mark.parametrize(
    ("solver", "most"), [(Identity(), 4.01), (Neumann(terms=5), 4.9), (CG(max_iterations=5), 5.9)]
)
def test_a_hyperparameter_for_each_of_1_67_million_weights_costs_few_copies(solver, most):
    """Counted is all that there is at any time beside the weights and the hyperparameters, which
    are two copies; a batch and what is computed from it are 0.006.
    """
    count = 1_666_800
    batch = Batch(torch.rand(4, 784), torch.arange(4))
    plain = Optimiser(torch.optim.SGD, {"lr": 0.01})
    method = Implicit(solver=solver, inner_steps=2)
    moved = []

    def work():
        recipe = Recipe(plain, hypers=plain)
        one = training(method, penalised_network(), recipe, Always(batch), evaluate=dict)
        assert len(one.state.vectors["decays"]) == count
        for k in range(2):
            one.method.step(one.passes, one.state, k)
        moved.append(bool((one.state.vectors["decays"] != 0).any()))

    assert copies_at_the_peak(work, 4 * count) - 2 <= most
    assert moved == [True]


@frozen
class Always:
    """One batch for both parts."""

    batch: Batch
    per_epoch: int = 4

    def train(self, k):
        return self.batch

    def valid(self, k):
        return self.batch
