"""A run that was stopped, however it was, ends as one that never was."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tiny import TINY

import hypertune
from hypertune.jobs.interruption import interruptible
from hypertune.runs import DamagedRun, RunError, UnfinishedRun
from hypertune.runtime import Reported, Started, Stepped

# Trains and is killed at the given point: a step, a report, or a move in the writing of a file.
KILLED = """
import os, signal, sys
from pathlib import Path
import torch
import hypertune
from hypertune.runtime import Reported, Stepped

torch.set_num_threads(1)
spec, out, point, number = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
seen = 0

def die_at(here):
    global seen
    seen += here == point
    if seen == number and here == point:
        os.kill(os.getpid(), signal.SIGKILL)

def watch(event):
    die_at({Stepped: "step", Reported: "report"}.get(type(event), ""))

replace = Path.replace
def moved(self, target):
    die_at("before the move")
    replace(self, target)
    die_at("after the move")
Path.replace = moved

hypertune.train(spec, out=out, sinks=[watch])
"""


@pytest.fixture(scope="module")
def spec(tmp_path_factory):
    path = tmp_path_factory.mktemp("specs") / "tiny.hspec"
    path.write_text(TINY)
    return path


@pytest.fixture(scope="module")
def undisturbed(spec, tmp_path_factory):
    return hypertune.train(spec, out=tmp_path_factory.mktemp("runs") / "undisturbed")


def rows(run):
    return [{k: v for k, v in row.items() if k != "seconds"} for row in run.events]


def numbers(run):
    return {k: v for k, v in run.summary.items() if k != "seconds"}


def assert_same(run, other):
    assert rows(run) == rows(other)
    assert numbers(run) == numbers(other)
    assert run.folder.model.read_bytes() == other.folder.model.read_bytes()


@pytest.mark.parametrize(
    ("point", "number"),
    [("step", 2), ("report", 2), ("before the move", 5), ("after the move", 6)],
)
def test_a_killed_run_ends_like_an_undisturbed_one(spec, undisturbed, tmp_path, point, number):
    out = tmp_path / "run"
    words = [sys.executable, "-c", KILLED, str(spec), str(out), point, str(number)]
    assert subprocess.run(words, check=False).returncode == -signal.SIGKILL
    assert not (out / "summary.json").exists()
    assert_same(hypertune.resume(out), undisturbed)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_like_an_undisturbed_one(spec, undisturbed, tmp_path, number):
    def interrupt(event):
        if isinstance(event, Stepped) and event.step in (2, 5):
            signal.raise_signal(number)

    run = hypertune.train(spec, out=tmp_path / "run", sinks=[interrupt])
    with pytest.raises(UnfinishedRun, match="hypertune resume"):
        _ = run.summary
    hypertune.resume(run.path, sinks=[interrupt])
    seen = []
    hypertune.resume(run.path, sinks=[seen.append])
    assert seen[0].step == 5
    assert isinstance(seen[0], Started)
    assert_same(run, undisturbed)


def test_a_run_that_has_ended_is_left_alone(undisturbed):
    before = {p: p.stat().st_mtime_ns for p in undisturbed.path.iterdir()}
    seen = []
    hypertune.resume(undisturbed.path, sinks=[seen.append])
    assert seen == []
    assert {p: p.stat().st_mtime_ns for p in undisturbed.path.iterdir()} == before


def test_a_run_whose_checkpoint_is_damaged_says_so(spec, tmp_path):
    def stop(event):
        if isinstance(event, Reported):
            signal.raise_signal(signal.SIGINT)

    run = hypertune.train(spec, out=tmp_path / "run", sinks=[stop])
    content = run.folder.last.read_bytes()
    run.folder.last.write_bytes(content[: len(content) // 2])
    with pytest.raises(DamagedRun, match=r"last\.safetensors is cut short"):
        hypertune.resume(run.path)


def test_a_run_whose_program_is_damaged_says_so(spec, tmp_path):
    def stop(event):
        if isinstance(event, Started):
            signal.raise_signal(signal.SIGINT)

    run = hypertune.train(spec, out=tmp_path / "run", sinks=[stop])
    run.folder.program.write_text("{")
    with pytest.raises(RunError, match=r"program\.json cannot be read"):
        hypertune.resume(run.path)


def test_a_run_leaves_what_it_promises(undisturbed):
    names = "spec.hspec program.json run.json events.jsonl summary.json"
    names += " last.safetensors best.safetensors model.safetensors"
    assert {p.name for p in undisturbed.path.iterdir()} == set(names.split())
    summary = json.loads((undisturbed.path / "summary.json").read_text())
    wanted = {"outcome", "method", "tune", "seed", "epochs", "steps", "seconds", "hypers"}
    assert wanted <= summary.keys()
    losses = {"epoch", "train_loss", "valid_loss", "test_loss", "valid_accuracy", "test_accuracy"}
    assert losses <= summary["best"].keys()
    assert losses <= summary["last"].keys()
    assert summary["outcome"] == "completed"
    assert summary["epochs"] == 4
    assert summary["hypers"].keys() == {"decay"}


def test_the_model_of_a_run_gives_the_measured_numbers(undisturbed):
    from hypertune.catalogue import Catalogue
    from hypertune.data.loading import load

    assert isinstance(hypertune.STANDARD, Catalogue)
    test = load(undisturbed.program.data, hypertune.STANDARD, "cpu").test
    x, y = test.scaling.apply(test.x), test.y
    accuracy = (undisturbed.model()(x).argmax(1) == y).float().mean().item()
    assert accuracy == pytest.approx(undisturbed.summary["best"]["test_accuracy"])


def test_a_second_signal_ends_at_once():
    # A shell that starts the tests in the background has them ignore Ctrl-C.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    stops = []
    with interruptible(lambda: stops.append(1)):
        signal.raise_signal(signal.SIGINT)
        assert stops == [1]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)
    assert stops == [1]


def test_signals_are_as_before_afterwards():
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    with interruptible(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not before[0]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_the_run_folder_has_a_name_of_its_own(spec, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = hypertune.train(spec, tune="plain", epochs=1, seed=3)
    assert run.path.parent == Path("runs")
    assert run.path.name.startswith("tiny-")
    assert (run.summary["tune"], run.summary["seed"], run.summary["epochs"]) == ("plain", 3, 1)
