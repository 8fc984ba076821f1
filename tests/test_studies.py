"""A study: trials one after the other, each a run of its own, and the best as the result."""

import signal
import subprocess
import sys
from io import StringIO

import pytest
import torch
from attrs import evolve
from click.testing import CliRunner
from test_runs_resuming import KILLED, numbers, rows
from tiny import TINY

import hypertune
from hypertune import ir
from hypertune.cli import main
from hypertune.pages import run_page
from hypertune.reporting.bar import Bar
from hypertune.runs import DamagedRun, UnfinishedRun
from hypertune.runs.folder import read_program
from hypertune.runtime import Stepped, Tried, Within
from hypertune.standard import STANDARD

SEARCH = (
    TINY
    + """
tune random {
  method  = random_search(trials = 3)
  weights = sgd(lr = 0.05)
  epochs  = 2
}

tune halving {
  method  = asha(trials = 6, reduction = 2)
  weights = sgd(lr = 0.05)
  epochs  = 4
}
"""
)


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "tiny.hspec"
    path.write_text(SEARCH)
    return path


@pytest.fixture(scope="module")
def undisturbed(spec, tmp_path_factory):
    return hypertune.train(spec, tune="random", out=tmp_path_factory.mktemp("runs") / "calm")


@pytest.fixture(scope="module")
def halved(spec, tmp_path_factory):
    return hypertune.train(spec, tune="halving", out=tmp_path_factory.mktemp("runs") / "halved")


def trial(run, number):
    return hypertune.load_run(run.folder.trial(number).path)


def assert_same(run, other):
    assert rows(run) == rows(other)
    assert numbers(run) == numbers(other)
    assert run.folder.model.read_bytes() == other.folder.model.read_bytes()
    for number in range(1, len(rows(run)) + 1):
        mine, its = trial(run, number), trial(other, number)
        assert mine.program == its.program
        assert rows(mine) == rows(its)
        assert numbers(mine) == numbers(its)
        assert mine.folder.model.exists() == its.folder.model.exists()


def interrupting(*points):
    """A sink that asks for an end at the given steps of trials, or after them (step None)."""

    def sink(event):
        match event:
            case Within(trial=number, event=Stepped(step=step)) if (number, step) in points:
                signal.raise_signal(signal.SIGINT)
            case Tried(report=report) if (report.step, None) in points:
                signal.raise_signal(signal.SIGINT)

    return sink


def train_until(spec, tmp_path, points, tune="random"):
    sinks = [interrupting(*points)]
    return hypertune.train(spec, tune=tune, out=tmp_path / "run", sinks=sinks)


def test_a_study_has_a_row_for_each_trial_and_the_best_ones_network(undisturbed):
    losses = [row["valid_loss"] for row in undisturbed.events]
    assert [row["step"] for row in undisturbed.events] == [1, 2, 3]
    best = undisturbed.summary["best"]
    assert best["valid_loss"] == min(losses)
    assert best["step"] == losses.index(min(losses)) + 1
    assert best["hypers"] == undisturbed.summary["hypers"]
    assert undisturbed.summary["trials"] == {"completed": 3}
    kept = trial(undisturbed, best["step"])
    assert kept.folder.model.read_bytes() == undisturbed.folder.model.read_bytes()
    assert kept.summary["best"]["test_loss"] == best["test_loss"]
    assert undisturbed.model()(torch.zeros(1, 1, 8, 8)).shape == (1, 10)


def test_the_first_trial_starts_where_the_spec_does(undisturbed):
    (hyper,) = trial(undisturbed, 1).program.hypers
    assert (hyper.start, hyper.frozen) == (1e-2, True)


def test_weights_of_trials_that_were_not_the_best_are_not_kept(undisturbed):
    best = undisturbed.summary["best"]["step"]
    for number in (1, 2, 3):
        names = {path.name for path in trial(undisturbed, number).path.glob("*.safetensors")}
        assert bool(names) == (number == best)


def test_all_weights_are_kept_where_that_is_asked(spec, undisturbed, tmp_path):
    text = spec.read_text().replace("trials = 3", 'trials = 3, keep = "all"')
    (tmp_path / "tiny.hspec").write_text(text)
    run = hypertune.train(tmp_path / "tiny.hspec", tune="random", out=tmp_path / "run")
    assert rows(run) == rows(undisturbed)
    assert all(trial(run, number).folder.model.exists() for number in (1, 2, 3))


def test_a_trial_is_a_plain_run_from_its_starts(spec, undisturbed, tmp_path):
    number = undisturbed.summary["best"]["step"]
    (hyper,) = trial(undisturbed, number).program.hypers
    plain = hypertune.train(
        spec, tune="plain", overrides=[f"hyper.decay={hyper.start!r}"], out=tmp_path / "plain"
    )
    assert rows(plain) == rows(trial(undisturbed, number))
    assert plain.folder.model.read_bytes() == undisturbed.folder.model.read_bytes()


def test_a_study_repeats_itself_and_another_seed_does_not(spec, undisturbed, tmp_path):
    again = hypertune.train(spec, tune="random", out=tmp_path / "again")
    assert_same(again, undisturbed)
    other = hypertune.train(spec, tune="random", seed=1, out=tmp_path / "other")
    assert other.events[1]["hypers"] != undisturbed.events[1]["hypers"]


@pytest.mark.parametrize(
    "points", [[(1, 1)], [(2, 3)], [(1, None), (3, 2)], [(2, None)], [(3, 6)]], ids=str
)
def test_an_interrupted_study_ends_like_an_undisturbed_one(spec, undisturbed, tmp_path, points):
    run = train_until(spec, tmp_path, points)
    with pytest.raises(UnfinishedRun):
        _ = run.summary
    for _ in points:
        run = hypertune.resume(run.path, sinks=[interrupting(*points[1:])])
    assert_same(hypertune.resume(run.path), undisturbed)


@pytest.mark.parametrize(("point", "number"), [("before the move", 12), ("after the move", 20)])
def test_a_killed_study_ends_like_an_undisturbed_one(spec, undisturbed, tmp_path, point, number):
    out = tmp_path / "run"
    killed = KILLED.replace("out=out", "out=out, tune='random'")
    words = [sys.executable, "-c", killed, str(spec), str(out), point, str(number)]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert not (out / "summary.json").exists()
    assert_same(hypertune.resume(out), undisturbed)


def test_pruned_trials_say_so_and_were_worse(halved):
    outcomes = [row["outcome"] for row in halved.events]
    assert set(outcomes) == {"pruned", "completed"}
    assert halved.summary["trials"] == {
        word: outcomes.count(word) for word in ("completed", "pruned")
    }
    for number, outcome in enumerate(outcomes, 1):
        summary = trial(halved, number).summary
        assert summary["outcome"] == outcome
        assert (summary["epochs"] == 4) == (outcome == "completed")
        if outcome == "pruned":
            assert "other trials were better" in summary["message"]
    assert outcomes[halved.summary["best"]["step"] - 1] == "completed"


@pytest.mark.parametrize("points", [[(2, 3)], [(5, 2)]], ids=str)
def test_pruning_is_the_same_after_an_interruption(spec, halved, tmp_path, points):
    run = train_until(spec, tmp_path, points, "halving")
    assert_same(hypertune.resume(run.path), halved)


def test_a_study_that_has_ended_is_left_alone(undisturbed):
    seen = []
    hypertune.resume(undisturbed.path, sinks=[seen.append])
    assert seen == []


def test_a_trial_of_another_program_is_refused(spec, tmp_path):
    run = train_until(spec, tmp_path, [(2, 2)])
    folder = run.folder.trial(2)
    program = read_program(folder)
    (hyper,) = program.hypers
    other = evolve(program, hypers=(evolve(hyper, start=0.5),))
    folder.program.write_text(ir.to_json(other))
    with pytest.raises(DamagedRun, match="not the program of this trial"):
        hypertune.resume(run.path)


def test_a_missing_trial_is_told(spec, tmp_path):
    run = train_until(spec, tmp_path, [(3, 1)])
    run.folder.trial(1).path.rename(tmp_path / "elsewhere")
    with pytest.raises(DamagedRun, match="has ended, and a trial before it is missing"):
        hypertune.resume(run.path)


def test_a_study_is_watched_trial_by_trial_and_resumed_from_the_command_line(
    spec, undisturbed, tmp_path
):
    words = ["train", str(spec), "--tune", "random", "--out", str(tmp_path / "run")]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 0, result.output
    head, *shown = result.stderr.splitlines()[1:5]
    assert head.split()[:2] == ["trial", "epoch"]
    assert [line.split()[0] for line in shown] == ["1", "2", "3"]
    best = undisturbed.summary["best"]["step"]
    assert f"best (trial {best})" in result.stdout
    again = CliRunner().invoke(main, ["resume", str(tmp_path / "run")])
    assert "has ended already" in again.stderr
    module = tmp_path / "net.py"
    exported = CliRunner().invoke(main, ["export", str(tmp_path / "run"), "-o", str(module)])
    assert exported.exit_code == 0, exported.output


def test_a_bar_shows_the_trial_in_progress_and_the_best(spec, tmp_path):
    stream = StringIO()
    with Bar(stream, colour=False) as bar:
        hypertune.train(spec, tune="random", out=tmp_path / "run", sinks=[bar])
    text = stream.getvalue()
    assert "of trial 3" in text
    assert "best: trial" in text
    assert "3/3" in text


def test_a_study_knows_its_trials(undisturbed):
    paths = [run.path.name for run in undisturbed.trials]
    assert paths == ["0001", "0002", "0003"]
    assert undisturbed.trials[0].trials == []


VECTOR = """
hspec 1
hyper decays[weight] : log(1e-6, 10) = 1
data {
  source = diabetes
  split  = (train = 60%, valid = 20%, test = 20%)
  scale  = standardize
  batch  = all
}
model (10) { linear(1, bias = false) }
objective { train = mse + l2(decays); valid = mse }
tune { method = bayesian(trials = 13); weights = sgd(lr = 0.1); steps = 3 }
"""


def test_a_study_of_a_vector_names_its_entries_and_is_taken_up_bit_for_bit(tmp_path):
    path = tmp_path / "vector.hspec"
    path.write_text(VECTOR)
    calm = hypertune.train(path, out=tmp_path / "calm")
    run = hypertune.train(path, out=tmp_path / "run", sinks=[interrupting((12, 1))])
    assert len(rows(run)) == 11
    assert_same(hypertune.resume(run.path), calm)

    names = [f"decays[{place}]" for place in range(10)]
    assert all([*row["hypers"]] == names for row in calm.events)
    assert [*calm.summary["hypers"]] == names
    assert "decays[3]" in run_page(calm.recorded, STANDARD)
    tried = trial(calm, 12).program.hypers[0].start
    assert tuple(calm.events[11]["hypers"].values()) == tried
    assert len(set(tried)) == 10
    assert hypertune.compile_text(trial(calm, 12).spec).program == trial(calm, 12).program
