"""Population-based training."""

import json

import pytest
import torch
from bilevel_toys import SGD, TRAIN, VALID, Parts, Same, exact_outer, ridge, run, training
from test_hypergradient_specs import prepared

from hypertune.methods.algorithms import Fixed, Population
from hypertune.runtime import EpochSchedule, Optimiser, Recipe, Reported
from hypertune.runtime.snapshots import copied, flatten, unflatten
from hypertune.uses import CannotTrain

BATCHES = Parts(TRAIN, VALID, size=5, per_epoch=4)
BEST = min(exact_outer(float(h.exp())) for h in torch.linspace(-6, 2, 801))
FAST = Optimiser(torch.optim.SGD, {"lr": 0.1})


def problem(start=(-2.0,), **options):
    return ridge(start, scale=1.0, unconstrain=torch.log, **options)


def test_a_population_comes_near_the_best_penalty():
    method = Population(interval=20, members=8)
    done, _ = run(method, problem((-2.0,)), Recipe(FAST), steps=600)

    assert exact_outer(done.state.unconstrained_H.exp().item()) <= 1.02 * BEST
    assert exact_outer(torch.tensor(-2.0).exp()) > 1.05 * BEST


def test_between_rounds_every_member_trains_plainly():
    method = Population(interval=99, members=3)
    going = training(method, problem(), Recipe(SGD), BATCHES, steps=6)
    list(going.run())
    plain, _ = run(Fixed(), ridge(), batches=BATCHES, steps=6)

    members = going.state.members
    assert torch.equal(members[0].weights["w"], plain.state.weights["w"])
    assert len({member.unconstrained_H.item() for member in members}) == 3
    for member in members[1:]:
        start = member.unconstrained_H.tolist()
        other, _ = run(Fixed(), problem(start), batches=BATCHES, steps=6)
        torch.testing.assert_close(member.weights["w"], other.state.weights["w"])


def after_a_round(**options):
    """The members before and after a round."""
    method = Population(**{"interval": 4, "members": 5, "share": 0.4, "valid_steps": 2, **options})
    going = training(method, problem(), Recipe(SGD), Same(TRAIN, VALID), steps=9)
    for k in range(3):
        going.passes.begin(k)
        going.method.step(going.passes, going.state, k)
    twins = [m.unconstrained_H.item() for m in going.state.members]
    going.passes.begin(3)
    going.method.step(going.passes, going.state, 3)
    return going, twins


def test_the_worst_take_over_from_the_best_and_change_by_a_fifth():
    going, before = after_a_round(resample=0.0)
    after = [member.unconstrained_H.item() for member in going.state.members]
    x, y = VALID
    losses = [float((x @ m.weights["w"] - y).square().mean()) for m in going.state.members]
    moved = [i for i in range(5) if after[i] != before[i]]

    assert len(moved) == 2
    kept = [i for i in range(5) if i not in moved]
    assert losses[going.state.best] == min(losses)
    best = sorted(kept, key=lambda i: losses[i])[:2]
    for i in moved:
        factors = [torch.tensor(after[i] - before[j]).exp().item() for j in best]
        assert any(f == pytest.approx(0.8) or f == pytest.approx(1.2) for f in factors)
        weights = going.state.members[i].weights["w"]
        assert any(torch.equal(weights, going.state.members[j].weights["w"]) for j in best)


def test_values_go_down_by_a_fifth_as_well_as_up():
    going, before = after_a_round(resample=0.0, members=20, share=0.5)
    members, factors = going.state.members, set()
    kept = [i for i, old in enumerate(before) if members[i].unconstrained_H.item() == old]
    for member in members:
        (best,) = (i for i in kept if torch.equal(member.weights["w"], members[i].weights["w"]))
        factors.add(round((member.unconstrained_H - before[best]).exp().item(), 6))
    assert len(kept) == 10
    assert factors == {0.8, 1.0, 1.2}


def test_values_may_be_drawn_anew_and_nobody_be_replaced():
    going, before = after_a_round(resample=1.0)
    after = [member.unconstrained_H.item() for member in going.state.members]
    for new in set(after) - set(before):
        factors = [torch.tensor(new - old).exp().item() for old in before]
        assert not any(f == pytest.approx(0.8) or f == pytest.approx(1.2) for f in factors)
    going, before = after_a_round(share=0.0)
    assert [member.unconstrained_H.item() for member in going.state.members] == before


def test_what_is_frozen_never_moves_and_with_nothing_to_tune_there_is_one_member():
    method = Population(interval=2, members=4)
    done, _ = run(method, problem((-2.0, -1.0), frozen=[0, 1]), Recipe(SGD), BATCHES, 12)
    assert {member.unconstrained_H[1].item() for member in done.state.members} == {-1.0}
    alone, _ = run(method, problem(frozen=True), Recipe(SGD), BATCHES, 12)
    assert len(alone.state.members) == 1


def test_learning_rates_are_set_in_the_optimisers():
    tied = Optimiser(torch.optim.SGD, {"lr": 0.05}, tied={"lr": "h0"})
    method = Population(interval=2, members=4)
    done, _ = run(method, problem((-4.0,)), Recipe(tied), BATCHES, 8)
    for member in done.state.members[1:]:
        (group,) = member.base.state_dict()["optimiser"]["param_groups"]
        assert group["lr"] == pytest.approx(member.unconstrained_H.exp().item())
    cosine = EpochSchedule(
        torch.optim.lr_scheduler.CosineAnnealingLR, {"T_max": 5}, factor=lambda epoch: 1.0
    )
    with pytest.raises(CannotTrain, match="a schedule would move the learning rate"):
        training(method, problem(), Recipe(tied, schedule=cosine))


def test_a_seed_repeats_itself_and_another_goes_another_way():
    method = Population(interval=3, members=4)
    ends = [
        run(method, problem(), Recipe(SGD), BATCHES, 15, seed=seed)[0].state.unconstrained_H
        for seed in (1, 1, 2)
    ]
    assert torch.equal(ends[0], ends[1])
    assert not torch.equal(ends[0], ends[2])


@pytest.mark.parametrize("stop", [2, 3, 7])
def test_a_run_that_is_taken_up_goes_exactly_the_same_way(stop):
    method = Population(interval=3, members=4)
    recipe = Recipe(Optimiser(torch.optim.Adam, {"lr": 0.05}))
    one, two = (training(method, problem(), recipe, BATCHES, steps=14) for _ in range(2))
    going = one.run()
    while one.step < stop:
        next(going)
    tensors, skeleton = flatten(one.snapshot())
    two.restore(copied(unflatten(tensors, json.loads(json.dumps(skeleton)))))
    list(going), list(two.run())

    for a, b in zip(one.state.members, two.state.members, strict=True):
        assert torch.equal(a.weights["w"], b.weights["w"])
        assert torch.equal(a.unconstrained_H, b.unconstrained_H)


SPEC = """\
hspec 1
hyper drop : rate = 0.3
hyper eta : log(1e-4, 1) = 1e-3
hyper holes : int(0, 3) = 1
hyper fill : choice("zero", "noise") = "zero"
data {
  source  = digits
  split   = (train = 20%, valid = 10%, test = 10%)
  augment = cutout(holes, 2, fill = fill)
  batch   = 32
}
model (1, 8, 8) { flatten; linear(8); batch_norm1d; tanh; dropout(drop); linear(10) }
objective { train = cross_entropy; valid = cross_entropy }
tune {
  method  = population(members = 4, interval = 5 steps, valid_steps = 1)
  weights = sgd(lr = eta, momentum = 0.9)
  steps   = 36
}
"""


def test_a_compiled_run_tunes_whatever_there_is_and_resumes_exactly():
    one, two = (prepared(SPEC) for _ in range(2))
    going = one.training.run()
    while one.training.step < 17:
        next(going)
    two.training.restore(copied(one.training.snapshot()))
    reports = [event for event in going if isinstance(event, Reported)]
    list(two.training.run())

    assert torch.equal(one.training.state.unconstrained_H, two.training.state.unconstrained_H)
    assert one.evaluate("valid") == two.evaluate("valid")
    assert one.evaluate("valid")["valid_loss"] == pytest.approx(reports[-1].valid_loss)
    found = reports[-1].hypers
    assert found["holes"] in range(4)
    assert found["fill"] in ("zero", "noise")
    assert 1e-4 < found["eta"] < 1
