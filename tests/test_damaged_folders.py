"""A run folder whose files were changed is refused in words, whatever is asked of it."""

import json
import shutil
import signal

import pytest
import torch
from attrs import evolve
from tiny import TINY

import hypertune
from hypertune.compiler import compile_text
from hypertune.data import DataError
from hypertune.ir import to_json
from hypertune.jobs.exporting import export
from hypertune.jobs.trained import load_run
from hypertune.runs import DamagedRun
from hypertune.runs.model import write_model
from hypertune.runtime import Reported


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """One that was stopped, and one that has ended."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "tiny.hspec").write_text(TINY)

    def stop(event):
        if isinstance(event, Reported):
            signal.raise_signal(signal.SIGINT)

    how = {"tune": "plain", "out": folder / "stopped", "sinks": [stop]}
    hypertune.train(folder / "tiny.hspec", **how)
    hypertune.train(folder / "tiny.hspec", tune="plain", out=folder / "ended")
    return folder


@pytest.fixture
def stopped(runs, tmp_path):
    return load_run(shutil.copytree(runs / "stopped", tmp_path / "run"))


@pytest.fixture
def ended(runs, tmp_path):
    return load_run(shutil.copytree(runs / "ended", tmp_path / "run"))


def change(path, **changes):
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"data": {"split": {"train": 0.5}}}, "leaves no example to `valid`"),
        ({"data": {"split": {"train": 1700, "valid": 1700}}}, "does not fit the data"),
        ({"tunes": []}, "there is none"),
        ({"tunes": [{"name": "other"}]}, "no tune block `plain`"),
        ({"hypers": [{"domain": {"kind": "evil", "args": {}}}]}, "no domain is called `evil`"),
        ({"layers": [{"kind": "exec"}]}, "no layer type is called `exec`"),
    ],
)
def test_a_program_that_no_spec_gives_is_refused(stopped, changes, words):
    tree = json.loads(stopped.folder.program.read_text())
    for key, value in changes.items():
        old = tree["program"][key]
        if isinstance(value, dict):
            tree["program"][key] = old | value
        else:
            kept = old[-1:] if key == "tunes" else old[:1]
            tree["program"][key] = [a | b for a, b in zip(kept, value, strict=False)]
            tree["program"][key] += old[1:] if key == "layers" else []
    stopped.folder.program.write_text(json.dumps(tree))
    with pytest.raises((DamagedRun, DataError), match=words):
        hypertune.resume(stopped.path)


def test_a_program_and_data_that_do_not_fit_are_told():
    program = compile_text(TINY).program
    source = evolve(program.data.source, kind="diabetes")
    other = evolve(program, data=evolve(program.data, source=source))
    with pytest.raises(DataError, match="`diabetes` gives examples of the shape"):
        hypertune.train(other)


def test_a_checkpoint_of_another_program_is_refused(stopped):
    other = compile_text(TINY.replace("linear(10)", "linear(16)\n  linear(10)")).program
    tree = json.loads(stopped.folder.program.read_text())
    mine = json.loads(to_json(other))["program"]["layers"]
    tree["program"]["layers"] = mine
    stopped.folder.program.write_text(json.dumps(tree))
    with pytest.raises(DamagedRun, match="is not of this program"):
        hypertune.resume(stopped.path)


def test_the_model_of_another_run_is_not_exported(ended, tmp_path):
    weights = ended.state_dict()
    write_model(ended.folder.model, {name: x + 1 for name, x in weights.items()})
    with pytest.raises(DamagedRun, match="is not what this run wrote"):
        export(ended, tmp_path / "net.py")
    assert not (tmp_path / "net.py").exists()


@pytest.mark.parametrize(
    "weights", [{}, {"linear_1.weight": torch.zeros(1)}, {"a": torch.zeros(2, dtype=torch.int8)}]
)
def test_a_model_of_another_shape_is_not_exported(ended, tmp_path, weights):
    change(ended.folder.summary, model=write_model(ended.folder.model, weights))
    with pytest.raises(DamagedRun, match="is not of this program"):
        export(ended, tmp_path / "net.py")
    assert not (tmp_path / "net.safetensors").exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"hypers": {}}, "does not say what `decay` was"),
        ({"hypers": {"decay": "import os"}}, "does not say what `decay` was"),
        ({"best": 7}, "is no summary"),
        ({"best": {}}, "does not say what was best"),
        ({"model": ["x"]}, "is no summary"),
        ({"best": None}, "does not say what was best"),
        (
            {"last": {"step": 1, "epoch": 1, "hypers": {}, "valid_loss": [1]}},
            "what was best, or last",
        ),
    ],
)
def test_a_summary_that_was_changed_is_refused(ended, tmp_path, changes, words):
    change(ended.folder.summary, **changes)
    with pytest.raises(DamagedRun, match=words):
        export(ended, tmp_path / "net.py")
