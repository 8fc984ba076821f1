"""One network from hyperparameters to all weights."""

import json

import pytest
import torch
from bilevel_toys import SGD, TRAIN, VALID, Parts, exact_outer, ridge, run, training
from test_hypergradient_specs import prepared

from hypertune.methods.algorithms import Fixed, Hypernet
from hypertune.runtime import Optimiser, Recipe, Reported
from hypertune.runtime.snapshots import copied, flatten, unflatten

BATCHES = Parts(TRAIN, VALID, size=5, per_epoch=4)
BEST = min(exact_outer(float(h.exp())) for h in torch.linspace(-6, 2, 801))
ADAM = Optimiser(torch.optim.Adam, {"lr": 0.02})
STAYS = Optimiser(torch.optim.SGD, {"lr": 0.0})
METHODS = {
    "local": Hypernet(warmup=2, train_steps=2),
    "global": Hypernet(reach="global", warmup=4),
    "hidden": Hypernet(warmup=2, train_steps=2, hidden=5),
}
every = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


def best_weights(log_penalty):
    x, y = TRAIN
    penalty = log_penalty.exp() * torch.eye(8, dtype=torch.float64)
    return torch.linalg.solve(x.T @ x / len(x) + penalty, x.T @ y / len(x))


@every
def test_it_starts_as_the_network_is_whatever_the_values(method):
    state = training(method, ridge()).state
    for value in (-5.0, 0.0, 5.0):
        at = torch.tensor([value]).double()
        weights = state.weights_at(at, state.parameters.detached)
        assert torch.equal(weights["w"], torch.zeros(8).double())
        assert "v" in weights


def test_a_linear_one_multiplies_how_far_the_values_are_from_their_start():
    done, _ = run(METHODS["local"], ridge((-2.0, 1.0)), Recipe(SGD, hypers=SGD), steps=9)
    state, start = done.state, torch.tensor([-2.0, 1.0]).double()
    found, far = state.parameters.detached, torch.tensor([0.5, -3.0]).double()
    at_start, elsewhere = (state.weights_at(at, found)["w"] for at in (start, start + far))

    assert found["M.w"].abs().max() > 1e-3
    assert torch.equal(at_start, found["b.w"])
    torch.testing.assert_close(elsewhere, found["b.w"] + far @ found["M.w"])


def test_a_linear_one_learns_the_jacobian_of_the_best_response():
    rate = Optimiser(torch.optim.SGD, {"lr": 0.1})
    method = Hypernet(warmup=0, train_steps=10, draws=4)
    done, _ = run(method, ridge(scale=0.3), Recipe(rate, hypers=STAYS), steps=1200)
    at = torch.tensor(-2.0).double()
    exact = torch.func.jacrev(best_weights)(at)
    found = done.state.parameters.detached

    torch.testing.assert_close(found["b.w"], best_weights(at), rtol=0.05, atol=0.02)
    assert torch.cosine_similarity(found["M.w"][0], exact, dim=0) > 0.99
    assert (found["M.w"][0] - exact).norm() < 0.1 * exact.norm()


@pytest.mark.parametrize("hidden", [0, 20])
def test_a_local_one_reaches_the_best_penalty(hidden):
    method = Hypernet(hidden=hidden, warmup=100, train_steps=5)
    recipe = Recipe(SGD, hypers=Optimiser(torch.optim.RMSprop, {"lr": 0.03}))
    done, _ = run(method, ridge(scale=0.3), recipe, steps=1500)

    assert exact_outer(done.state.unconstrained_H.exp().item()) <= 1.01 * BEST
    assert exact_outer(torch.tensor(-2.0).exp()) > 1.05 * BEST


def test_a_global_one_is_trained_first_and_moves_the_hyperparameters_then():
    method = Hypernet(reach="global", hidden=50, warmup=1500)
    going = training(method, ridge(scale=1.5), Recipe(ADAM, hypers=ADAM), steps=1800)
    events = going.run()
    while going.step < 1500:
        next(events)
    trained = {n: p.clone() for n, p in going.state.parameters.detached.items()}
    assert going.state.unconstrained_H.item() == -2
    for penalty in (-3.0, -1.0, 0.0):
        at = torch.tensor([penalty]).double()
        found = going.state.weights_at(at, trained)["w"]
        best = best_weights(at[0])
        assert (found - best).norm() < 0.2 * best.norm()
    list(events)

    for name, p in going.state.parameters.detached.items():
        assert torch.equal(p, trained[name])
    assert exact_outer(going.state.unconstrained_H.exp().item()) <= 1.02 * BEST


def test_draws_of_a_global_one_cover_domains_that_have_ends():
    def constrain(u):
        return 3 + 2 * u.sigmoid()

    method = Hypernet(reach="global", warmup=99)
    state = training(method, ridge((0.0, 0.5), constrain=constrain, frozen=[0, 1])).state
    generator = torch.Generator().manual_seed(0)
    drawn = torch.stack([constrain(state.draws.draw_H(generator)) for _ in range(2000)])

    counts = torch.histc(drawn[:, 0].float(), 10, 3.0, 5.0)
    assert counts.min() > 150
    assert counts.max() < 260
    assert (drawn[:, 1] == constrain(torch.tensor(0.5).double())).all()


@every
def test_what_is_frozen_never_moves(method):
    problem = ridge((-2.0, -1.0), frozen=[False, True])
    done, _ = run(method, problem, Recipe(SGD, hypers=SGD), batches=BATCHES, steps=9)
    assert done.state.unconstrained_H[1] == -1
    assert done.state.unconstrained_H[0] != -2


def test_with_nothing_to_tune_a_local_one_trains_plainly():
    problem = ridge(frozen=True)
    done, _ = run(Hypernet(draws=1), problem, Recipe(SGD), batches=BATCHES, steps=9)
    plain, _ = run(Fixed(), problem, batches=BATCHES, steps=9)
    assert torch.equal(done.state.weights["w"], plain.state.weights["w"])


@every
def test_a_run_that_is_taken_up_goes_exactly_the_same_way(method):
    recipe = Recipe(ADAM, hypers=ADAM)
    one, two = (training(method, ridge(), recipe, BATCHES, steps=14) for _ in range(2))
    going = one.run()
    while one.step < 7:
        next(going)
    tensors, skeleton = flatten(one.snapshot())
    two.restore(copied(unflatten(tensors, json.loads(json.dumps(skeleton)))))
    list(going), list(two.run())

    assert torch.equal(one.state.unconstrained_H, two.state.unconstrained_H)
    assert torch.equal(one.state.weights["w"], two.state.weights["w"])
    assert one.state.unconstrained_H.item() != -2


SPEC = """\
hspec 1
hyper drop : rate = 0.3
hyper decay : log(1e-6, 1) = 1e-2
data { source = digits; split = (train = 20%, valid = 10%, test = 10%); batch = 32 }
model (1, 8, 8) { flatten; linear(8); tanh; dropout(drop); linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune {
  method  = hypernet(warmup = 10, train_steps = 2)
  weights = adam(lr = 0.01)
  hypers  = adam(lr = 0.05)
  steps   = 40
}
"""


def test_a_compiled_network_needs_no_layer_that_responds():
    ready = prepared(SPEC)
    start = ready.training.state.unconstrained_H.clone()
    reports = [event for event in ready.training.run() if isinstance(event, Reported)]

    assert (ready.training.state.unconstrained_H != start).all()
    assert reports[-1].valid_loss < reports[0].valid_loss
    assert ready.evaluate("test")["test_loss"] < 2.3
    assert {name.split(".")[0] for name in ready.plain_state()} == {"linear_1", "linear_2"}
