"""Schedules as pure functions give the learning rates of torch's schedulers."""

import pytest
import torch
from hypothesis import given, settings, strategies as st
from torch import optim

from hypertune.catalogue import REQUIRED, Catalogue, ScheduleType
from hypertune.ir import Call
from hypertune.optimisers import STANDARD
from hypertune.optimisers.making import schedule
from hypertune.runtime import PlateauSchedule
from hypertune.runtime.snapshots import flatten

CATALOGUE = Catalogue(STANDARD)
KINDS = CATALOGUE.of(ScheduleType)
EPOCHS = 100
EPOCH = st.integers(1, 120)
SHARE = st.floats(0, 1)
MILESTONE = st.integers(0, 120).map(float)  # as the checker gives numbers
OPTIONS = {
    "step": {"step_size": EPOCH, "gamma": SHARE},
    "multi_step": {
        "milestones": MILESTONE | st.lists(MILESTONE, min_size=1).map(tuple),
        "gamma": SHARE,
    },
    "exponential": {"gamma": st.floats(0.5, 1.1)},
    "cosine": {"t_max": st.none() | EPOCH, "eta_min": SHARE},
    "cosine_warm_restarts": {"t_0": EPOCH, "t_mult": st.integers(1, 4), "eta_min": SHARE},
    "linear": {"start_factor": st.floats(0.01, 1), "end_factor": SHARE, "total_iters": EPOCH},
    "constant": {"factor": st.floats(0.01, 1), "total_iters": EPOCH},
    "polynomial": {"total_iters": EPOCH, "power": st.floats(0, 3)},
    "plateau": {
        "factor": st.floats(0, 0.9),
        "patience": st.integers(0, 4),
        "threshold": st.floats(0, 0.3),
        "threshold_mode": st.sampled_from(["rel", "abs"]),
        "cooldown": st.integers(0, 4),
        "min_lr": st.just(0.0) | st.floats(0, 0.2),
        "eps": st.sampled_from([0.0, 1e-8, 1e-2]),
    },
}
CALLS = st.sampled_from(list(OPTIONS)).flatmap(
    lambda name: st.fixed_dictionaries(OPTIONS[name]).map(lambda args: Call(name, args))
)
LOSSES = st.lists(st.sampled_from([1.0, 0.9, 0.5, 0.45, float("nan")]), min_size=1, max_size=30)


def by_torch(plan, start, losses):
    made = optim.SGD([torch.zeros(1, requires_grad=True)], lr=start)
    scheduler = plan.make(made)
    seen = []
    for loss in losses:
        seen.append(made.param_groups[0]["lr"])
        made.step()
        scheduler.step(loss) if isinstance(plan, PlateauSchedule) else scheduler.step()
    return seen


def by_functions(plan, start, losses):
    position, seen = plan.init(), []
    for loss in losses:
        seen.append(plan.rate(start, position))
        position = plan.after(position, loss)
    return seen


def test_every_schedule_is_tried_here():
    assert OPTIONS.keys() == KINDS.keys()
    for name, drawn in OPTIONS.items():
        assert drawn.keys() == {arg.name for arg in KINDS[name].args}


@given(CALLS, st.floats(1e-3, 1), LOSSES)
@settings(deadline=None)
def test_a_schedule_gives_the_learning_rates_of_torch(call, start, pattern):
    plan = schedule(call, CATALOGUE, EPOCHS)
    losses = (pattern * EPOCHS)[:EPOCHS]
    wanted = by_torch(plan, start, losses)
    # What torch multiplies from epoch to epoch keeps the rounding errors of the larger rates.
    largest = max(start, *wanted)
    assert by_functions(plan, start, losses) == pytest.approx(
        wanted, rel=1e-12, abs=1e-12 * largest
    )


@given(CALLS)
@settings(deadline=None, max_examples=30)
def test_a_schedule_can_be_kept_in_a_checkpoint(call):
    made = optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
    flatten(schedule(call, CATALOGUE, EPOCHS).make(made).state_dict())


@given(CALLS, LOSSES)
@settings(deadline=None, max_examples=50)
def test_a_rate_follows_a_starting_rate_that_is_a_tensor(call, pattern):
    plan = schedule(call, CATALOGUE, EPOCHS)
    start = torch.tensor(0.3, dtype=torch.float64, requires_grad=True)
    wanted = by_functions(plan, 0.3, pattern)
    found = by_functions(plan, start, pattern)
    assert [rate.item() for rate in found] == pytest.approx(wanted, rel=1e-12)
    assert all(torch.autograd.grad(rate, start)[0].isfinite() for rate in found)


def test_the_rate_of_a_plateau_has_its_derivative_until_it_is_the_lowest():
    plan = PlateauSchedule(factor=0.5, patience=0, min_lr=0.1)
    start = torch.tensor(0.8, dtype=torch.float64, requires_grad=True)
    rates = by_functions(plan, start, [1.0] * 5)
    slopes = [float(torch.autograd.grad(rate, start)[0]) for rate in rates]
    assert [rate.item() for rate in rates] == pytest.approx([0.8, 0.8, 0.4, 0.2, 0.1])
    assert slopes[:4] == [1, 1, 0.5, 0.25]


@pytest.mark.parametrize("milestones", [2.5, (1, 2.5)])
def test_a_milestone_within_an_epoch_is_refused(milestones):
    why = KINDS["multi_step"].refuses({"milestones": milestones, "gamma": 0.1})
    assert why == "a milestone is a whole epoch, 2.5 is none"


def test_every_factor_that_a_constant_schedule_takes_can_be_undone():
    factor = next(arg for arg in KINDS["constant"].args if arg.name == "factor")
    assert factor.open_low  # torch divides by it
    assert factor.default is not REQUIRED
