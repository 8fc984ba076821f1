"""The loop: what it yields, how it ends, and that it goes on exactly where it was stopped."""

import json
from math import inf, isnan, nan

import pytest
import torch
from attrs import define, evolve
from bilevel_toys import SGD, TRAIN, VALID, Parts, ridge, run, training

from hypertune.methods.algorithms import DeltaSTN, Fixed
from hypertune.runtime import (
    Completed,
    Diverged,
    Ended,
    Interrupted,
    Length,
    Optimiser,
    OutOfPatience,
    Recipe,
    Reported,
    Started,
    Stepped,
)
from hypertune.runtime.snapshots import flatten, unflatten

BATCHES = Parts(TRAIN, VALID, size=5, per_epoch=4)
DELTA = DeltaSTN(warmup=3, train_steps=2)


def steps(events, kind):
    return [event.step for event in events if isinstance(event, kind)]


def reports(events):
    return [event for event in events if isinstance(event, Reported)]


def untimed(events):
    return [evolve(e, seconds=0.0) if isinstance(e, Reported) else e for e in events]


def losses(*values):
    """An evaluation that gives these validation losses, one after the other."""
    left = list(values)
    return lambda weights, conditioning, kept: {"valid_loss": left.pop(0)}


@define
class Clock:
    """Time that passes by `tick` whenever it is read."""

    tick: float
    now: float = 0.0

    def __call__(self):
        self.now += self.tick
        return self.now


def test_a_run_reports_each_epoch_and_at_its_end():
    _, events = run(Fixed(), batches=BATCHES, steps=10)

    assert events[0] == Started(0, 10, 4)
    assert steps(events, Stepped) == list(range(1, 11))
    assert steps(events, Reported) == [4, 8, 10]
    assert [report.epoch for report in reports(events)] == [1, 2, 2.5]
    assert events[-1] == Ended(10, Completed(10))


def test_a_run_that_ends_with_an_epoch_reports_once():
    _, events = run(Fixed(), batches=BATCHES, steps=8)

    assert steps(events, Reported) == [4, 8]


def test_the_training_loss_is_the_mean_since_the_last_report():
    _, short = run(Fixed(), batches=evolve(BATCHES, per_epoch=2), steps=8)
    _, long = run(Fixed(), batches=BATCHES, steps=8)

    each = [report.train_loss for report in reports(short)]
    expected = [sum(each[:2]) / 2, sum(each[2:]) / 2]
    assert [report.train_loss for report in reports(long)] == pytest.approx(expected, rel=1e-12)


def test_a_report_marks_new_lows_and_passes_metrics_on():
    _, events = run(Fixed(), batches=BATCHES, steps=16, evaluate=losses(3.0, 2.0, 2.0, 1.0))

    assert [report.best for report in reports(events)] == [True, True, False, True]

    _, events = run(Fixed(), batches=BATCHES, steps=4)
    assert reports(events)[0].metrics == {"valid_error": 0.5}


def test_a_report_gives_constrained_values_and_statistics_by_name():
    problem = ridge((-2.0, -1.0), scale=[0.5, 0.25])
    done, events = run(DeltaSTN(warmup=99), problem, batches=BATCHES, steps=4)

    (report,) = reports(events)
    assert report.hypers == pytest.approx(
        dict(zip(["h0", "h1"], done.state.unconstrained_H.exp().tolist(), strict=True))
    )
    assert report.statistics["perturbation_scale"] == {"h0": 0.5, "h1": 0.25}


def test_patience_ends_a_run_without_new_lows():
    evaluate = losses(2.0, 1.0, 1.0, 1.5, 0.5)
    _, events = run(Fixed(), batches=BATCHES, steps=99, evaluate=evaluate, patience=8)

    assert events[-1] == Ended(16, OutOfPatience(16, 8))


def test_a_run_that_is_killed_on_its_last_report_ends_there():
    going = training(Fixed(), batches=BATCHES, steps=99, evaluate=losses(1.0, 2.0), patience=4)
    last = list(going.run())[-1]
    again = training(Fixed(), batches=BATCHES, steps=99, evaluate=losses(), patience=4)
    again.restore(going.snapshot())

    assert list(again.run()) == [Started(8, 99, 4), last]
    assert last == Ended(8, OutOfPatience(8, 4))


def test_a_time_ends_a_run_at_the_first_step_after_it():
    _, events = run(Fixed(), batches=BATCHES, length=Length(seconds=6.5), clock=Clock(1.0))

    last = max(steps(events, Stepped))
    assert events[-1] == Ended(last, Completed(last))
    assert steps(events, Reported)[-1] == last
    assert reports(events)[-1].seconds >= 6.5


def test_time_adds_up_over_sittings():
    first = training(Fixed(), batches=BATCHES, clock=Clock(1.0))
    next(first.run())
    spent = first.seconds

    second = training(Fixed(), batches=BATCHES, clock=Clock(0.0))
    second.restore(first.snapshot())

    assert second.seconds > spent


@pytest.mark.parametrize("wrong", [{}, {"steps": 0}, {"seconds": 0.0}, {"steps": -1}])
def test_a_length_is_positive(wrong):
    with pytest.raises(ValueError, match=r"steps|seconds|must be"):
        Length(**wrong)


@pytest.mark.parametrize("lost", [nan, inf])
def test_a_lost_validation_loss_ends_a_run(lost):
    _, events = run(Fixed(), batches=BATCHES, steps=99, evaluate=losses(1.0, lost))

    outcome = events[-1].outcome
    assert isinstance(outcome, Diverged)
    assert str(outcome).startswith(f"diverged at step 8: the validation loss is {lost}; try")
    assert not reports(events)[-1].best


def test_a_lost_training_loss_ends_a_run():
    recipe = Recipe(Optimiser(torch.optim.SGD, {"lr": 1e300}))
    _, events = run(Fixed(), recipe=recipe, batches=BATCHES, steps=99)

    assert isnan(reports(events)[-1].train_loss) or reports(events)[-1].train_loss == inf
    assert "the training loss is" in str(events[-1].outcome)


def test_a_lost_hyperparameter_ends_a_run_and_is_named():
    recipe = Recipe(SGD, hypers=Optimiser(torch.optim.SGD, {"lr": nan}))
    problem = ridge((-2.0, -1.0), frozen=[True, False])
    done = training(DeltaSTN(train_steps=4), problem, recipe, BATCHES, evaluate=losses(1.0))

    outcome = list(done.run())[-1].outcome

    assert "the hyperparameter `h1` is nan" in str(outcome)
    assert "`hypers`" in outcome.advice


def test_stop_ends_a_run_after_the_step_in_progress():
    events = []
    interrupted = training(Fixed(), batches=BATCHES)
    for event in interrupted.run():
        events.append(event)
        if event == Stepped(3):
            interrupted.stop()

    assert events[-2:] == [Stepped(3), Ended(3, Interrupted(3))]
    assert not reports(events)


def test_a_stop_before_the_first_step_is_not_forgotten():
    stopped = training(Fixed(), batches=BATCHES, steps=4)
    stopped.stop()

    assert list(stopped.run()) == [Started(0, 4, 4), Ended(0, Interrupted(0))]
    assert list(stopped.run())[-1] == Ended(4, Completed(4))


def test_a_run_that_has_done_its_length_is_complete_even_if_stopped():
    done = training(Fixed(), batches=BATCHES, steps=4)
    events = []
    for event in done.run():
        events.append(event)
        if isinstance(event, Reported):
            done.stop()

    assert events[-1] == Ended(4, Completed(4))


def taken_up(at, method=DELTA, recipe=None):
    """The events of a run that is stopped after `at` steps and taken up by another process."""
    first, events = training(method, recipe=recipe, batches=BATCHES, steps=18), []
    for event in first.run():
        events.append(event)
        if event == Stepped(at):
            first.stop()
    tensors, skeleton = flatten(first.snapshot())
    text = json.dumps(skeleton)

    torch.manual_seed(at)
    second = training(method, recipe=recipe, batches=BATCHES, steps=18)
    second.restore(unflatten(tensors, json.loads(text)))
    return second, [*events[:-1], *list(second.run())[1:]]


@pytest.mark.parametrize("at", range(1, 18))
def test_a_run_that_was_stopped_anywhere_goes_on_as_if_it_was_not(at):
    undisturbed, expected = run(DELTA, batches=BATCHES, steps=18)

    resumed, events = taken_up(at)

    assert untimed(events) == untimed(expected)
    for name, w in undisturbed.state.weights.items():
        assert torch.equal(w, resumed.state.weights[name])


def test_a_snapshot_after_the_end_is_at_the_end():
    done, _ = run(DELTA, batches=BATCHES, steps=18)
    again = training(DELTA, batches=BATCHES, steps=18)
    again.restore(done.snapshot())

    assert list(again.run()) == [Started(18, 18, 4), Ended(18, Completed(18))]


def test_a_snapshot_does_not_follow_the_run():
    going = training(DELTA, batches=BATCHES, steps=18)
    iterator = going.run()
    for _ in range(6):
        next(iterator)
    tree = going.snapshot()
    before = flatten(tree)[0]["state/base/parameters/w"].clone()
    list(iterator)

    assert torch.equal(flatten(tree)[0]["state/base/parameters/w"], before)


def test_the_draws_of_the_caller_change_nothing():
    _, expected = run(DELTA, batches=BATCHES, steps=18)
    events = []
    for event in training(DELTA, batches=BATCHES, steps=18).run():
        torch.rand(3)
        events.append(event)

    assert untimed(events) == untimed(expected)


def test_another_seed_draws_otherwise():
    one, _ = run(DELTA, batches=BATCHES, steps=4, seed=0)
    two, _ = run(DELTA, batches=BATCHES, steps=4, seed=1)

    assert not torch.equal(one.state.weights["v"], two.state.weights["v"])
