"""What a study tries, on losses that are known, without a training or a folder."""

from contextlib import nullcontext
from math import inf, log10, nan

import pytest
import torch
from attrs import evolve
from bilevel_toys import ridge, training
from optuna.distributions import FloatDistribution

from hypertune.catalogue import LayerType, MethodType
from hypertune.compiler import compile_text
from hypertune.diagnostics import Note, SpecError
from hypertune.jobs.trials import trial_of
from hypertune.lowering import place
from hypertune.lowering.network import lower
from hypertune.methods.algorithms import Fixed
from hypertune.planning import length, plan, print_plan
from hypertune.resources import resource_folder
from hypertune.runtime import (
    Completed,
    Diverged,
    Ended,
    Interrupted,
    Pruned,
    Reported,
    Started,
    Tried,
    Within,
)
from hypertune.search import Asha, Bayesian, Grid, RandomSearch, Space, Study, space_of
from hypertune.semantics.counting import penalised_weights
from hypertune.standard import STANDARD

SPEC = """\
hspec 1
hyper drop : rate = 0.1
hyper decay : log(1e-8, 1) = 1e-2
hyper width : int(2, 9) = 4
hyper far : real(-3, 5) = 0
hyper fill : choice("zero", "mean", "noise") = "mean"
hyper left : rate = 0.2 frozen
hyper each[example] : rate = 0.3 frozen
data { source = digits; split = (train = 60%, valid = 40%); batch = 64 }
model (1, 8, 8) { flatten; dropout(drop); linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune { method = METHOD; weights = sgd(lr = 0.1); epochs = 3 }
"""
VECTOR = """
hspec 1
hyper decays[weight] : log(1e-6, 10) = (0.5, 1, 2)
data { source = diabetes; split = (train = 60%, valid = 20%, test = 20%); batch = all }
model (10) { reshape((1, 10)); adaptive_avg_pool1d(3); flatten; linear(1) }
objective { train = mse + l2(decays); valid = mse }
tune grid { method = grid(points = 2); weights = sgd(lr = 0.1); steps = 2 }
"""
SHIPPED = sorted(resource_folder("specs").glob("*.hspec"))
ALL = ("drop", "decay", "width", "far", "fill")


class Known:
    """A training whose validation loss is a known function of its starts and the epoch."""

    def __init__(self, loss, starts, epochs):
        self.rows, self.loss, self.starts, self.epochs = [], loss, starts, epochs
        self.ending = None

    def run(self):
        yield Started(0, self.epochs, 1.0)
        for epoch in range(1, self.epochs + 1):
            valid = self.loss(self.starts, epoch)
            yield Reported(epoch, float(epoch), 1.0, 0.5, valid, {}, self.starts, {}, True)
            if valid != valid:
                yield Ended(epoch, Diverged(epoch, "the loss is nan", "try another"))
                return
            if self.ending is not None and epoch < self.epochs:
                yield Ended(epoch, self.ending(epoch))
                return
        yield Ended(self.epochs, Completed(self.epochs))

    def stop(self, ending=Interrupted):
        self.ending = ending


def program(method="random_search"):
    return compile_text(SPEC.replace("METHOD", method)).program


def study(search, loss=lambda starts, epoch: 0.5, trials=20, epochs=1, seed=0):
    def train(number, starts):
        return nullcontext(Known(loss, starts, epochs))

    return Study(search, space_of(program(), STANDARD), trials, train, seed)


def tried(whole):
    """The starts of all its trials."""
    for _ in whole.run():
        pass
    return [trial.starts for trial in whole.history]


def test_a_study_of_trainings_of_problems_in_python_finds_the_best_start():
    """Ridge regression, whose penalty is where the training starts and stays."""
    space = Space({"h": FloatDistribution(-3.0, 3.0)}, {"h": 3.0})

    def train(number, starts):
        problem = ridge()
        start_H = torch.full_like(problem.hypers.start_H, starts["h"])
        hypers = evolve(problem.hypers, start_H=start_H)
        return nullcontext(training(Fixed(), evolve(problem, hypers=hypers), steps=4))

    whole = Study(Grid(3), space, 4, train)
    reports = [event.report for event in whole.run() if isinstance(event, Tried)]
    assert [trial.starts["h"] for trial in whole.history] == [3.0, -2.0, 0.0, 2.0]
    assert [report.step for report in reports] == [1, 2, 3, 4]
    assert all(trial.outcome == "completed" for trial in whole.history)


def test_what_is_frozen_is_not_searched():
    assert tuple(space_of(program(), STANDARD).domains) == ALL


def test_a_vector_is_searched_entry_by_entry():
    found = compile_text(VECTOR).program
    space = space_of(found, STANDARD)
    names = [f"decays[{place}]" for place in range(3)]
    assert [*space.domains] == names
    assert space.start == dict(zip(names, (0.5, 1.0, 2.0), strict=True))
    assert STANDARD.trials(found, found.tune("grid")) == 1 + 2**3
    starts = {"decays[0]": 0.1, "decays[1]": 0.2, "decays[2]": 0.3}
    (hyper,) = trial_of(found, "grid", starts).hypers
    assert (hyper.start, hyper.frozen) == ((0.1, 0.2, 0.3), True)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_compiler_counts_the_weights_that_penalties_are_on(path):
    found = place(compile_text(path.read_text(), str(path)).program, STANDARD, ("cpu",))
    counted = penalised_weights(found.layers, STANDARD.of(LayerType))
    there = sum(w.numel() for w in lower(found, STANDARD, on_meta=True).penalised())
    assert counted in (there, None)
    kinds = [STANDARD.of(LayerType).get(node.kind) for node in found.layers]
    assert (counted is None) == any(
        k and k.responds and k.penalised and not k.weight for k in kinds
    )


@pytest.mark.parametrize(
    ("size", "said"), [(100, ""), (101, "a search takes up to 100 of them, and there are 101")]
)
def test_a_vector_is_searched_up_to_a_hundred_entries(size, said):
    text = VECTOR.replace("pool1d(3)", f"pool1d({size})").replace("(0.5, 1, 2)", "1")
    if not said:
        assert len(space_of(compile_text(text).program, STANDARD).domains) == size
        return
    with pytest.raises(SpecError) as refused:
        compile_text(text)
    (mistake,) = refused.value.diagnostics
    assert mistake.code == "HT427"
    assert said in [note.text for note in mistake.children() if isinstance(note, Note)]


def test_a_vector_whose_length_is_not_known_is_not_searched():
    text = VECTOR.replace("(0.5, 1, 2)", "1")
    text = text.replace("reshape((1, 10)); adaptive_avg_pool1d(3)", "reshape((10, 1)); lstm(1)")
    with pytest.raises(SpecError) as refused:
        compile_text(text)
    (mistake,) = refused.value.diagnostics
    assert "how many there are is not known" in str(mistake.children())


def test_the_first_trial_is_the_specs_own_start():
    start = {"drop": 0.1, "decay": 1e-2, "width": 4.0, "far": 0.0, "fill": "mean"}
    for search in (RandomSearch(), Grid(1), Bayesian(), Asha()):
        assert tried(study(search, trials=1)) == [start]


def test_random_search_covers_its_domains_evenly():
    starts = tried(study(RandomSearch(), trials=401))[1:]
    assert {s["width"] for s in starts} == {2, 3, 4, 5, 6, 7, 8, 9}
    assert {s["fill"] for s in starts} == {"zero", "mean", "noise"}
    shares = {
        "drop": [s["drop"] / 0.95 for s in starts],
        "decay": [log10(s["decay"]) / 8 + 1 for s in starts],
        "far": [(s["far"] + 3) / 8 for s in starts],
    }
    for share in shares.values():
        assert 0 < min(share) < 0.02
        assert 0.98 < max(share) < 1
        # a quarter of 400 in each quarter, within four deviations
        for quarter in range(4):
            inside = sum(quarter <= 4 * x < quarter + 1 for x in share)
            assert abs(inside - 100) < 4 * (400 * 3 / 16) ** 0.5


@pytest.mark.parametrize(("points", "trials"), [(1, 4), (2, 49), (9, 1 + 9**3 * 8 * 3)])
def test_a_grid_has_as_many_points_as_is_declared(points, trials):
    found = program(f"grid(points = {points})")
    assert STANDARD.trials(found, found.tune()) == trials
    assert 1 + len([*space_of(found, STANDARD).grid(points)]) == trials


def test_a_grid_is_the_middles_of_equal_parts_and_whole_numbers_from_end_to_end():
    grid = [*space_of(program(), STANDARD).grid(2)]
    values = {name: list(dict.fromkeys(point[name] for point in grid)) for name in ALL}
    assert values["drop"] == pytest.approx([0.2375, 0.7125])
    assert values["decay"] == pytest.approx([1e-6, 1e-2])
    assert values["width"] == [2, 9]
    assert values["far"] == pytest.approx([-1, 3])
    assert values["fill"] == ["zero", "mean", "noise"]
    assert tried(study(Grid(2), trials=49))[1:] == grid


def test_a_study_goes_on_from_any_snapshot_as_if_it_had_not_stopped():
    def loss(starts, epoch):
        return abs(starts["far"] - 1) + starts["drop"] / epoch

    for search in (RandomSearch(), Bayesian(), Asha(reduction=2)):
        whole = study(search, loss, trials=14, epochs=3)
        tried(whole)
        for done in (0, 1, 6, 13):
            rest = study(search, loss, trials=14, epochs=3)
            rest.restore({"trials": whole.snapshot()["trials"][:done]})
            tried(rest)
            assert rest.snapshot() == whole.snapshot()


def test_another_seed_tries_others():
    assert tried(study(RandomSearch(), seed=1))[1:] != tried(study(RandomSearch()))[1:]


def distance(starts, epoch):
    """Lowest at one point of the space."""
    return (
        (starts["far"] - 2.5) ** 2
        + (log10(starts["decay"]) + 6) ** 2
        + (10 * (starts["drop"] - 0.6)) ** 2
        + (starts["width"] - 7) ** 2
        + (starts["fill"] != "noise")
    )


def test_bayesian_search_ends_lower_than_random_search_on_a_known_loss():
    def lows(search):
        for seed in range(3):
            whole = study(search, distance, trials=40, seed=seed)
            tried(whole)
            yield min(trial.loss for trial in whole.history)

    bayesian, random = sorted(lows(Bayesian())), sorted(lows(RandomSearch()))
    assert bayesian[1] < random[1] / 2


def test_successive_halving_ends_what_is_worse_at_a_rung():
    def loss(starts, epoch):
        return starts["drop"] + 1 / epoch

    whole = study(Asha(reduction=2, min_epochs=2), loss, trials=16, epochs=9)
    tried(whole)
    ends = {trial.starts["drop"]: len(trial.rows) for trial in whole.history}
    assert set(ends.values()) == {2, 4, 8, 9}
    assert ends[min(ends)] == 9
    for trial in whole.history:
        assert trial.outcome == ("pruned" if len(trial.rows) < 9 else "completed")
    # at each rung, who went on was among the better half of those that had come so far
    seen = []
    for drop, epochs in ends.items():
        seen.append(drop)
        better = sorted(seen)[: max(len(seen) // 2, 1)]
        assert (epochs > 2) == (drop in better)


def test_a_trial_that_diverges_is_a_bad_one_and_no_end_of_the_study():
    def loss(starts, epoch):
        return nan if starts["far"] > 1 else starts["far"] + 4

    whole = study(Bayesian(), loss, trials=40)
    events = list(whole.run())
    rows = [event for event in events if isinstance(event, Tried)]
    diverged = [row for row in rows if row.outcome == "diverged"]
    assert diverged
    assert all(row.report.valid_loss != row.report.valid_loss for row in diverged)
    assert not any(row.report.best for row in diverged)
    assert len([row for row in rows[20:] if row.outcome == "diverged"]) < 5
    assert events[-1] == Ended(40, Completed(40, "trials"))


def test_a_study_without_a_number_has_diverged():
    *_, end = study(RandomSearch(), lambda starts, epoch: nan, trials=2).run()
    assert isinstance(end.outcome, Diverged)
    assert "no trial has a validation loss that is a number" in str(end.outcome)


def test_best_tells_each_new_low():
    losses = iter([3.0, inf, 2.0, 2.0, 1.0])
    whole = study(RandomSearch(), lambda starts, epoch: next(losses), trials=5)
    rows = [event.report for event in whole.run() if isinstance(event, Tried)]
    assert [row.best for row in rows] == [True, False, True, False, True]
    assert [row.epoch for row in rows] == [1, 2, 3, 4, 5]


def test_stop_ends_the_trial_in_progress_and_the_study():
    whole = study(RandomSearch(), trials=3, epochs=4)
    seen = []
    for event in whole.run():
        seen.append(event)
        if isinstance(event, Within) and event.trial == 2 and isinstance(event.event, Reported):
            whole.stop()
    assert Within(2, Ended(1, Interrupted(1))) in seen
    assert seen[-1] == Ended(1, Interrupted(1))
    assert len(whole.history) == 1


def test_pruned_says_why():
    assert str(Pruned(7)) == "pruned at step 7: other trials were better by then"


def test_a_plan_tells_how_many_trials_there_are():
    found = program("random_search(trials = 7)")
    planned = length(found, found.tune(), STANDARD)
    assert (planned.trials, planned.epochs) == (7, 3)
    assert "at most 7 trials of that length" in print_plan(plan(found, STANDARD))
    assert STANDARD.of(MethodType)["fixed"].trials is None


def test_without_anything_to_search_there_is_one_trial():
    text = SPEC.replace("METHOD", "random_search")
    lines = [f"{line} frozen" if line[:5] == "hyper" else line for line in text.splitlines()]
    found = compile_text("\n".join(lines).replace("frozen frozen", "frozen")).program
    assert STANDARD.trials(found, found.tune()) == 1
