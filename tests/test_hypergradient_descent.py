"""Learning rates moved by the product of successive gradients, as published."""

import os
import runpy
from pathlib import Path

import pytest
import torch
from bilevel_toys import TRAIN, VALID, Parts, hypers, ridge, run, squared_error, training
from test_hypergradient_specs import prepared
from torch import optim

from hypertune.methods.algorithms import Fixed, HypergradientDescent
from hypertune.optimisers import rules
from hypertune.runtime import (
    CannotFollow,
    EpochSchedule,
    Optimiser,
    Problem,
    Recipe,
    generators,
    seeded,
    stateless,
)
from hypertune.runtime.snapshots import copied
from hypertune.uses import Use

BATCHES = Parts(TRAIN, VALID, size=5, per_epoch=4)
OF_OPTIMISER = {"h0": frozenset({Use.OPTIMISER})}
START = 0.02


def problem(start=START, **options):
    made = hypers(
        [start], constrain=lambda u: u.clamp(0.0, 0.5), unconstrain=lambda c: c, uses=OF_OPTIMISER
    )
    return Problem(
        stateless(squared_error),
        stateless(squared_error),
        base={"w": torch.zeros(8, dtype=torch.float64)},
        response={},
        hypers=made,
    )


def recipe(kind="sgd", tied="lr", schedule=None, clip=None, **options):
    torchs, rule = {
        "sgd": (optim.SGD, rules.SGD),
        "adam": (optim.Adam, rules.ADAM),
        "adamw": (optim.AdamW, rules.ADAMW),
    }[kind]
    options = {"lr": START, **options}
    return Recipe(
        Optimiser(torchs, options, rule, tied={tied: "h0"}), schedule=schedule, clip=clip
    )


def gradient(w, batch):
    return 2 * batch.inputs.T @ (batch.inputs @ w - batch.targets) / len(batch.inputs)


def published_sgd(beta, momentum=0.0, nesterov=False, weight_decay=0.0, steps=30):
    """As `SGDHD.step` of the authors' code."""
    w, lr = torch.zeros(8, dtype=torch.float64), START
    before, buffer = torch.zeros_like(w), None
    rates = []
    for k in range(steps):
        g = gradient(w, BATCHES.train(k)) + weight_decay * w
        lr += beta * float(g @ before)
        if momentum:
            buffer = g if buffer is None else momentum * buffer + g
            g = g + momentum * buffer if nesterov else buffer
        before = g
        w = w - lr * g
        rates.append(lr)
    return w, rates


def published_adam(beta, weight_decay=0.0, steps=30, betas=(0.9, 0.999), eps=1e-8):
    """As `AdamHD.step` of the authors' code, with torch's place of eps."""
    w, lr = torch.zeros(8, dtype=torch.float64), START
    m, v, way = torch.zeros_like(w), torch.zeros_like(w), torch.zeros_like(w)
    rates = []
    for k in range(steps):
        g = gradient(w, BATCHES.train(k)) + weight_decay * w
        lr += beta * float(g @ way)
        m = betas[0] * m + (1 - betas[0]) * g
        v = betas[1] * v + (1 - betas[1]) * g * g
        unbiased = (v / (1 - betas[1] ** (k + 1))).sqrt()
        way = m / (1 - betas[0] ** (k + 1)) / (unbiased + eps)
        w = w - lr * way
        rates.append(lr)
    return w, rates


def found(method, recipe, steps=30, **options):
    going = training(method, problem(**options), recipe, BATCHES)
    rates = []
    for k in range(steps):
        going.method.step(going.passes, going.state, k)
        rates.append(going.state.unconstrained_H.item())
    return going.state.weights["w"], rates


@pytest.mark.parametrize(
    "options",
    [{}, {"momentum": 0.9}, {"momentum": 0.9, "nesterov": True}, {"weight_decay": 0.3}],
    ids=str,
)
def test_sgd_is_the_published_algorithm(options):
    weights, rates = found(HypergradientDescent(beta=1e-4), recipe(**options))
    expected, published = published_sgd(1e-4, **options)

    torch.testing.assert_close(weights, expected, rtol=1e-12, atol=1e-12)
    assert rates == pytest.approx(published, rel=1e-12)
    assert rates[-1] != pytest.approx(START, rel=0.05)


@pytest.mark.parametrize("options", [{}, {"weight_decay": 0.3}], ids=str)
def test_adam_is_the_published_algorithm(options):
    weights, rates = found(HypergradientDescent(beta=1e-4), recipe("adam", **options))
    expected, published = published_adam(1e-4, **options)

    torch.testing.assert_close(weights, expected, rtol=1e-9, atol=1e-9)
    assert rates == pytest.approx(published, rel=1e-9)
    assert rates[-1] != pytest.approx(START, rel=0.05)


def test_a_momentum_moves_by_the_derivative_of_the_step_before():
    going = training(
        HypergradientDescent(beta=1e-3), problem(0.4), recipe(tied="momentum", momentum=0.4)
    )
    for k in range(4):
        before = {n: w.clone() for n, w in going.state.point.weights.items()}
        slots = {s: dict(own) for s, own in going.state.point.slots.items()}
        going.method.step(going.passes, going.state, k)
    now = going.state.values_C.item()

    def loss_of_next(momentum):
        batch = going.passes.train(0).batch
        g = {"w": gradient(before["w"], batch)}
        options = {"lr": START, "momentum": momentum}
        w, _ = rules.SGD.step(before, g, slots, options, 3)
        residual = batch.inputs @ w["w"] - batch.targets
        return float(residual.square().mean())

    step = 1e-6
    slope = (loss_of_next(now + step) - loss_of_next(now - step)) / (2 * step)
    going.method.step(going.passes, going.state, 4)
    assert going.state.values_C.item() == pytest.approx(now - 1e-3 * slope, rel=1e-6)
    assert abs(1e-3 * slope) > 1e-4


def test_a_decay_beside_the_step_is_no_part_of_the_gradient():
    _, beside = found(HypergradientDescent(beta=1e-4), recipe("adamw", weight_decay=0.3), 3)
    _, without = found(HypergradientDescent(beta=1e-4), recipe("adam"), 2)

    assert beside[:2] == pytest.approx(without, rel=1e-6)


def test_without_a_beta_it_trains_as_fixed_does():
    for kind in ("sgd", "adam", "adamw"):
        weights, _ = found(HypergradientDescent(beta=0.0), recipe(kind, clip=0.5))
        plain, _ = run(Fixed(), problem(), recipe(kind, clip=0.5), BATCHES, steps=30)
        torch.testing.assert_close(weights, plain.state.weights["w"], rtol=1e-9, atol=1e-9)


def test_values_stay_in_their_domain():
    _, rates = found(HypergradientDescent(beta=10.0), recipe(), 2)
    assert rates[-1] == 0.5


def test_a_rate_grows_where_gradients_agree_and_falls_where_they_oppose():
    batch = BATCHES.train(0)
    for start, beta in ((0.001, 1e-6), (0.4, 1e-4)):
        going = training(HypergradientDescent(beta=beta), problem(start), recipe())
        going.passes.train = lambda k, passes=going.passes: passes._sample("train", batch, 0)
        for k in range(2):
            going.method.step(going.passes, going.state, k)
        assert (going.state.values_C.item() > start) == (start == 0.001)


def test_a_schedule_scales_the_rate_and_what_it_moves_by():
    cosine = EpochSchedule(
        optim.lr_scheduler.CosineAnnealingLR, {"T_max": 9}, factor=lambda epoch: 0.5
    )
    _, halved = found(HypergradientDescent(beta=1e-4), recipe(schedule=cosine), 2)
    _, whole = found(HypergradientDescent(beta=1e-4), recipe(), 2)
    assert halved[1] - START == pytest.approx((whole[1] - START) / 2, rel=0.2)


def test_what_is_frozen_or_nothing_of_the_optimiser_never_moves():
    with pytest.raises(CannotFollow):
        training(HypergradientDescent(), ridge(unconstrain=torch.log), recipe())
    fixed = hypers([START], constrain=lambda u: u, unconstrain=lambda c: c, frozen=True)
    still = training(
        HypergradientDescent(beta=1.0),
        Problem(stateless(squared_error), stateless(squared_error), problem().base, {}, fixed),
        recipe(),
    )
    for k in range(3):
        still.method.step(still.passes, still.state, k)
    assert still.state.unconstrained_H.item() == START


SPEC = """\
hspec 1
hyper eta : log(1e-5, 10) = 1e-2
data { source = digits; split = (train = 20%, valid = 10%, test = 10%); batch = 32 }
model (1, 8, 8) { flatten; linear(10) }
objective { train = cross_entropy; valid = cross_entropy }
tune {
  method  = hypergradient_descent(beta = 1e-3)
  weights = sgd(lr = eta, momentum = 0.9, nesterov = true)
  steps   = 24
}
"""


def test_a_compiled_run_moves_its_learning_rate_and_resumes_exactly():
    one, two = (prepared(SPEC).training for _ in range(2))
    going = one.run()
    while one.step < 9:
        next(going)
    two.restore(copied(one.snapshot()))
    list(going), list(two.run())

    assert torch.equal(one.state.values_C, two.state.values_C)
    assert one.problem.hypers.report(one.state.unconstrained_H)["eta"] > 1.1e-2
    for name, w in one.state.weights.items():
        assert torch.equal(w, two.state.weights[name])


def test_training_by_the_loop_repeats_itself():
    with seeded(generators([]), 0):
        first, _ = run(HypergradientDescent(beta=1e-4), problem(), recipe(), BATCHES, steps=9)
        second, _ = run(HypergradientDescent(beta=1e-4), problem(), recipe(), BATCHES, steps=9)
    assert torch.equal(first.state.weights["w"], second.state.weights["w"])


MNIST = Path(os.environ.get("HYPERTUNE_DATA", "")) / "MNIST"


@pytest.mark.skipif(
    not ("HYPERTUNE_DATA" in os.environ and MNIST.exists()),
    reason="MNIST is not there: HYPERTUNE_DATA names no folder with it",
)
def test_the_published_losses_are_met_on_mnist():
    losses = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks/hypergradient_descent.py"))
    assert losses["losses"]("mnist", "sgd_hd", 10)[0] == pytest.approx(0.2934, abs=0.005)
    assert losses["losses"]("mnist", "sgd", 10)[0] == pytest.approx(0.3957, abs=0.005)
