"""`hypertune schedule`: a tuned run over time, and the spec that replays it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from tiny import STUDY

import hypertune
from hypertune.cli import main
from hypertune.methods.replayed import read_table
from hypertune.reporting.course import course


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "tiny.hspec"
    path.write_text(STUDY)
    return hypertune.train(path, seed=3, out=tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture
def invoke(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *args: CliRunner().invoke(main, ["schedule", *map(str, args)])


def test_it_shows_each_hyperparameter_over_time(run, invoke):
    done = invoke(run.path)
    assert done.exit_code == 0
    first, last = (f"{run.events[at]['hypers']['decay']:.4g}" for at in (0, -1))
    assert done.output.split()[:2] == ["decay", first]
    assert done.output.split()[-1] == last


def test_the_table_has_the_values_of_every_report(run, invoke, tmp_path):
    assert invoke(run.path, "-o", "tuned").output.endswith("tuned.csv\ntuned.hspec\n")
    table = read_table(str(tmp_path / "tuned.csv"))
    assert table.unit == "epoch"
    assert table.times == tuple(row["epoch"] for row in run.events)
    assert table.columns == {"decay": tuple(row["hypers"]["decay"] for row in run.events)}


def test_the_spec_trains_at_the_values_of_the_run(run, invoke, tmp_path):
    invoke(run.path, "-o", "tuned")
    again = hypertune.train(tmp_path / "tuned.hspec", out=tmp_path / "again")
    assert again.summary["method"] == "schedule"
    assert again.summary["seed"] == 3
    tuned = [row["hypers"]["decay"] for row in run.events]
    replayed = [row["hypers"]["decay"] for row in again.events]
    # An epoch is trained at what the run had come to before it.
    assert replayed[1:] == pytest.approx(tuned[:-1], rel=1e-5)


def test_the_spec_of_a_replay_can_be_read_from_any_directory(run, invoke, tmp_path, monkeypatch):
    invoke(run.path, "-o", "tuned")
    again = hypertune.train("tuned.hspec", epochs=1, out=tmp_path / "again")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    program = hypertune.compile(again.folder.spec)
    assert program.tunes[0].method.args["file"] == str(tmp_path / "tuned.csv")


def test_nothing_is_written_over(run, invoke, tmp_path):
    (tmp_path / "tuned.hspec").write_text("mine")
    done = invoke(run.path, "-o", "tuned")
    assert done.exit_code == 4
    assert "--force" in done.output
    assert (tmp_path / "tuned.hspec").read_text() == "mine"
    assert not (tmp_path / "tuned.csv").exists()


def test_a_study_has_none(run, invoke, tmp_path):
    study = hypertune.train(run.folder.spec, tune="s", out=tmp_path / "study")
    done = invoke(study.path)
    assert done.exit_code == 4
    assert "is a study: its trials keep their values" in done.output


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ([1.0, 2.0], "▁█"),
        ([3.0, 3.0, 3.0], "▁▁▁"),
        (["sgd", "sgd", "adam"], "sgd adam"),
        ([0.0, 0.5, 1.0], "▁▅█"),
    ],
)
def test_a_course_goes_from_the_smallest_to_the_largest(values, shown):
    assert f"  {shown}  " in course("name", values)


def test_a_long_course_keeps_its_ends():
    bars = course("name", [float(x) for x in range(1001)]).split("  ")[-2]
    assert (len(bars), bars[0], bars[-1]) == (50, "▁", "█")
