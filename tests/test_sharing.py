"""Several processes at one study: through a database, or as the workers of one run."""

import os
import signal
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import optuna
import pytest
from click.testing import CliRunner
from test_search import Known, program
from test_studies import KILLED, SEARCH, assert_same, rows, trial

import hypertune
from hypertune.cli import main
from hypertune.runs import OtherStorage, RunInUse, WorkersLost
from hypertune.runtime import Ended, Tried
from hypertune.search import Asha, Bayesian, Grid, RandomSearch, Study, space_of
from hypertune.search.sharing import GRACE, NoStorage, Place, Shared, settled
from hypertune.standard import STANDARD


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/study.db"


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "tiny.hspec"
    path.write_text(SEARCH)
    return path


@pytest.fixture(scope="module")
def undisturbed(spec, tmp_path_factory):
    return hypertune.train(spec, tune="random", out=tmp_path_factory.mktemp("runs") / "calm")


def study(search, url=None, run="one", trials=8, epochs=1, elsewhere=()):
    """One process at a study; alone, if there is no URL. Some trials are trained elsewhere."""

    def train(number, starts):
        if number in elsewhere:
            raise RunInUse(Path("trials") / str(number))
        return nullcontext(Known(lambda starts, epoch: starts["far"] + 4, starts, epochs))

    space = space_of(program(), STANDARD)
    source = None if url is None else Shared(search, space, trials, 0, Place(url, "s", run))
    return Study(search, space, trials, train, 0, source)


def tried(*studies):
    """What was tried by their numbers, the studies taking turns, event by event."""
    going = [whole.run() for whole in studies]
    while going:
        going = [events for events in going if next(events, None) is not None]
    return {trial.number: trial.starts for whole in studies for trial in whole.history}


@pytest.mark.parametrize("search", [RandomSearch(), Grid(1)], ids=["random", "grid"])
def test_processes_together_try_what_one_would_have_tried(search, url):
    two = study(search, url, "one", 4), study(search, url, "two", 4)
    assert tried(*two) == tried(study(search, trials=4))
    assert all(len(whole.history) == 2 for whole in two)


@pytest.mark.parametrize("search", [Bayesian(), Asha(reduction=2)], ids=["bayesian", "asha"])
def test_processes_share_what_a_search_looks_back_at(search, url):
    two = study(search, url, "one", 13, 3), study(search, url, "two", 13, 3)
    assert [*sorted(tried(*two))] == [*range(1, 14)]
    shared = optuna.load_study(study_name="s", storage=url).get_trials()
    assert sum(trial.state.is_finished() for trial in shared) == 13
    words = {trial.outcome for whole in two for trial in whole.history}
    assert words == ({"pruned", "completed"} if isinstance(search, Asha) else {"completed"})


def test_what_a_dead_process_was_at_is_begun_again_under_its_number_by_itself(url):
    dead = study(RandomSearch(), url).source.ask([])
    back = study(RandomSearch(), url)
    back.source.begin()
    again = back.source.ask([])
    assert (again.number, again.starts) == (dead.number, dead.starts)
    assert back.source.ask([]).number == 2


def test_others_begin_it_again_when_nobody_has_worked_on_it_for_long(url, monkeypatch):
    dead = study(RandomSearch(), url, "one", 3).source.ask([])
    other = study(RandomSearch(), url, "two", 3)
    other.source.begin()
    assert other.source.ask([]).number == 2
    monkeypatch.setattr("hypertune.search.sharing.time", lambda: 4e9 + GRACE)
    again = other.source.ask([])
    assert (again.number, again.starts) == (dead.number, dead.starts)


def test_what_ended_before_it_was_told_is_told_and_not_trained_again(url):
    ended = study(RandomSearch(), url, trials=2)
    events = ended.run()
    while not isinstance(next(events), Tried):
        pass
    lost = study(RandomSearch(), url, trials=2).source.ask([])
    (first,) = ended.history
    back = study(RandomSearch(), url, trials=2)
    back.restore({"trials": [first.tree(), {**first.tree(), "number": lost.number}]})
    back.source.begin()
    *_, end = back.run()
    assert isinstance(end, Ended)
    assert [trial.number for trial in back.history] == [1, 2]
    assert back.source.report() == {
        "trials": 2,
        "running": 0,
        "best": 1,
        "valid_loss": first.loss,
        "run": "one",
    }


def test_a_storage_is_refused_that_cannot_be_used_or_would_give_a_password_away(tmp_path):
    with pytest.raises(NoStorage, match="URL of a database"):
        settled("study.db")
    with pytest.raises(NoStorage, match="PGPASSWORD") as refused:
        settled("postgresql://me:secret@host/studies")
    assert "secret" not in str(refused.value)
    with pytest.raises(NoStorage, match="unable to open"):
        study(RandomSearch(), f"sqlite:///{tmp_path}/nowhere/study.db")


def test_a_process_that_is_killed_loses_nothing_of_a_study(spec, undisturbed, tmp_path, url):
    killed = KILLED.replace("out=out", f"out=out, tune='random', storage={url!r}")
    first, second = tmp_path / "first", tmp_path / "second"
    words = [sys.executable, "-c", killed, str(spec), str(first), "before the move", "12"]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    other = hypertune.train(spec, tune="random", out=second, storage=url)
    assert other.summary["study"]["running"] == 1
    with pytest.raises(OtherStorage, match="say so again"):
        hypertune.resume(first)
    back = hypertune.resume(first, storage=url)
    assert back.summary["study"]["trials"] == 3
    mine = {row["step"]: (run, row) for run in (back, other) for row in run.events}
    for number, (run, row) in mine.items():
        whole = undisturbed.events[number - 1]
        assert row["valid_loss"] == whole["valid_loss"]
        assert rows(trial(run, number)) == rows(trial(undisturbed, number))
    assert [*sorted(mine)] == [1, 2, 3]


def test_a_trial_that_two_were_given_is_left_to_the_one_that_was_first(url):
    assert sorted(tried(study(RandomSearch(), url, trials=4, elsewhere=[2]))) == [1, 3, 4]
    with pytest.raises(RunInUse):
        tried(study(RandomSearch(), trials=4, elsewhere=[2]))


def test_trials_side_by_side_end_like_those_of_one_process(spec, undisturbed, tmp_path):
    run = hypertune.train(spec, tune="random", out=tmp_path / "run", jobs=2)
    assert_same(run, undisturbed)


def test_workers_that_are_killed_are_told_of_and_their_study_goes_on(spec, undisturbed, tmp_path):
    def kill_one(event):
        if isinstance(event, Tried) and event.report.step < 3:
            os.kill(children().pop(), signal.SIGKILL)

    with pytest.raises(WorkersLost, match="hypertune resume"):
        hypertune.train(spec, tune="random", out=tmp_path / "run", jobs=2, sinks=[kill_one])
    assert children() == []
    assert_same(hypertune.resume(tmp_path / "run"), undisturbed)


def children():
    found = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True)
    return [int(word) for word in found.stdout.split()][:-1]  # but for ps


def test_jobs_are_for_methods_that_train_many_times(spec, tmp_path):
    words = ["train", str(spec), "--tune", "plain", "--jobs", "2", "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 4
    assert "`fixed` trains once" in done.stderr
    assert not (tmp_path / "run").exists()
