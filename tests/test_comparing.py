"""`hypertune compare`: blocks side by side, one budget, stopped and taken up."""

from __future__ import annotations

import csv
import json
import signal
from shutil import copytree, rmtree

import pytest
from browser import needs_browser, show
from click.testing import CliRunner
from tiny import STUDY

import hypertune
from hypertune.cli import main
from hypertune.jobs.comparing import results
from hypertune.pages import Compared, comparison_page, reaching_table, summary_table
from hypertune.runtime import Stepped
from hypertune.standard import STANDARD


def invoke(*args):
    return CliRunner().invoke(main, [*map(str, args)])


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "tiny.hspec"
    path.write_text(STUDY)
    return path


@pytest.fixture(scope="module")
def folder(spec, tmp_path_factory):
    path = tmp_path_factory.mktemp("comparisons") / "all"
    done = invoke("compare", spec, "--seeds", 2, "--out", path)
    assert done.exit_code == 0, done.output
    return path


def rows(path):
    with (path / "results.csv").open() as file:
        return list(csv.DictReader(file))


def test_every_block_runs_with_every_seed(folder):
    found = [(row["tune"], row["seed"]) for row in rows(folder)]
    assert sorted(found) == sorted((t, s) for t in ("tuned", "plain", "s") for s in "01")


def test_a_run_is_the_one_that_train_makes(folder, spec, tmp_path):
    alone = hypertune.train(spec, tune="tuned", seed=1, out=tmp_path / "alone")
    one = next(row for row in rows(folder) if (row["tune"], row["seed"]) == ("tuned", "1"))
    assert float(one["test_loss"]) == alone.summary["best"]["test_loss"]
    assert float(one["hyper.decay"]) == alone.summary["hypers"]["decay"]


def test_a_study_goes_through_all_its_trials(folder):
    study = next(run for run in results(folder, STANDARD) if run.tune == "s")
    assert len(study.times) == 2
    assert study.epochs == (1.0, 2.0)
    assert study.times[1] > study.times[0]
    assert study.best_so_far[-1] == study.measures["valid_loss"]


def test_numbers_are_there_for_programs(folder):
    tree = json.loads((folder / "results.json").read_text())
    assert len(tree) == 6
    assert len(tree[0]["course"]["decay"]) == len(tree[0]["course"]["seconds"])


def test_only_the_blocks_that_were_named_run(spec, tmp_path):
    done = invoke("compare", spec, "--tune", "plain", "--out", tmp_path / "c")
    assert done.exit_code == 0
    assert [row["tune"] for row in rows(tmp_path / "c")] == ["plain"]
    wrong = invoke("compare", spec, "--tune", "plane", "--out", tmp_path / "d")
    assert "did you mean `plain`" in wrong.output
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize("block", ["tuned", "s"])
def test_a_budget_ends_a_run_for_good(block, spec, tmp_path):
    path = tmp_path / "c"
    done = invoke("compare", spec, "--tune", block, "--budget", "0.001s", "--out", path)
    assert done.exit_code == 0, done.output
    (row,) = rows(path)
    assert row["outcome"] == "out of time"
    assert row["batches"] == "1"  # a step is never cut, and was reported
    assert float(row["test_loss"]) > 0


def test_a_run_that_is_taken_up_keeps_its_budget(spec, tmp_path, monkeypatch):
    path = tmp_path / "c"

    def interrupt(event):
        if isinstance(event, Stepped):
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("hypertune.reporting.rows.Rows.__call__", lambda _, e: interrupt(e))
    stopped = invoke("compare", spec, "--tune", "tuned", "--budget", "0.001s", "--out", path)
    assert stopped.exit_code == 130
    monkeypatch.undo()
    assert invoke("resume", path).exit_code == 0
    (row,) = rows(path)
    assert row["outcome"] == "out of time"


@pytest.mark.parametrize("word", ["10", "0min", "ten", "-3s"])
def test_a_budget_has_a_unit(word, spec):
    done = invoke("compare", spec, "--budget", word)
    assert done.exit_code == 2
    assert "write such as 90s, 10min or 1.5h" in done.output


def test_interrupted_it_goes_on_to_the_same_end(spec, folder, tmp_path, monkeypatch):
    path = tmp_path / "c"
    taken = {"steps": 0}

    def interrupt(event):
        taken["steps"] += isinstance(event, Stepped)
        if isinstance(event, Stepped) and taken["steps"] == 7:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr("hypertune.reporting.rows.Rows.__call__", lambda _, e: interrupt(e))
    stopped = invoke("compare", spec, "--seeds", 2, "--out", path)
    assert stopped.exit_code == 130
    assert f"hypertune resume {path}" in stopped.output
    monkeypatch.undo()
    done = invoke("resume", path)
    assert done.exit_code == 0, done.output
    unlike = ("seconds",)
    assert [{k: v for k, v in row.items() if k not in unlike} for row in rows(path)] == [
        {k: v for k, v in row.items() if k not in unlike} for row in rows(folder)
    ]


def test_a_folder_with_something_in_it_is_left_alone(spec, tmp_path):
    (tmp_path / "mine").write_text("mine")
    done = invoke("compare", spec, "--out", tmp_path)
    assert done.exit_code == 4
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_run_of_another_block_is_no_part_of_it(folder, tmp_path):
    copied = copytree(folder, tmp_path / "copied")
    rmtree(copied / "runs" / "tuned-0")
    copytree(copied / "runs" / "plain-1", copied / "runs" / "tuned-0")
    done = invoke("resume", copied)
    assert (done.exit_code, "run.json is of the block `plain` with seed 1" in done.stderr) == (
        4,
        True,
    )


def test_blocks_that_its_program_has_not_are_refused(folder, tmp_path):
    copied = copytree(folder, tmp_path / "copied")
    facts = copied / "comparison.json"
    facts.write_text(facts.read_text().replace('"plain"', '"../../plain"'))
    done = invoke("resume", copied)
    assert (done.exit_code, "no such tune block: ../../plain" in done.stderr) == (4, True)


def test_bytes_that_are_no_text_in_its_spec_do_not_stop_it(folder, tmp_path):
    copied = copytree(folder, tmp_path / "copied")
    (copied / "spec.hspec").write_bytes(b"\xff")
    assert invoke("resume", copied).exit_code == 0


def test_a_folder_that_cannot_be_made_whole_is_not_left_behind(spec, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hypertune.jobs.comparing.write_json", full)
    done = invoke("compare", spec, "--out", tmp_path / "c")
    assert done.exit_code == 4
    assert "No space left on device" in done.output
    assert list(tmp_path.iterdir()) == []


def made(tune, seed, times, losses, **changes):
    known = {"method": "fixed", "outcome": "completed", "hypers": {}, "memory": 2**20}
    known |= {"measures": {"valid_loss": losses[-1]}, "batches": 10, "seconds": times[-1]}
    known |= {"epochs": times, "course": {}, **changes}
    return Compared(tune=tune, seed=seed, times=times, best_so_far=losses, **known)


def test_tables_have_means_and_deviations():
    runs = [
        made("a", 0, (1.0,), (0.2,)),
        made("a", 1, (3.0,), (0.4,)),
        made("b", 0, (5.0,), (1.0,)),
    ]
    assert summary_table(runs) == [
        ["", "seeds", "valid loss", "seconds", "batches", "memory"],
        ["a", "2", "0.3 ± 0.14", "2", "10", "1 MiB"],
        ["b", "1", "1", "5", "10", "1 MiB"],
    ]


def test_it_says_how_soon_one_reaches_what_another_ends_at():
    fast = made("fast", 0, (1.0, 2.0, 3.0), (0.9, 0.4, 0.1))
    slow = made("slow", 0, (10.0, 20.0), (0.8, 0.4))
    assert reaching_table([fast, slow])[1:] == [["fast", "3", "2"], ["slow", "-", "20"]]


@needs_browser
def test_a_browser_draws_every_plot(folder, tmp_path):
    html = (folder / "comparison.html").read_text()
    shown = show(html, tmp_path)
    assert shown.error == ""
    assert shown.plots == html.count("Plotly.newPlot(") >= 3


def test_a_comparison_without_a_run_has_a_page():
    assert "No run has ended yet." in comparison_page("none", [], "hspec 1\n")


def test_runs_side_by_side_are_the_same(folder, spec, tmp_path):
    words = ("--seeds", 2, "--jobs", 2, "--tune", "plain", "--out", tmp_path / "c")
    done = invoke("compare", spec, *words)
    assert done.exit_code == 0, done.output
    alone = {row["seed"]: row for row in rows(folder) if row["tune"] == "plain"}
    for row in rows(tmp_path / "c"):
        assert row["valid_loss"] == alone[row["seed"]]["valid_loss"]
        assert row["test_loss"] == alone[row["seed"]]["test_loss"]
