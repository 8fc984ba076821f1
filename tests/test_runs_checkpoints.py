"""Checkpoints come back bit for bit, whole or not at all."""

import json
import os
from pathlib import Path

import pytest
import safetensors.torch
import torch

from hypertune.runs import DamagedRun
from hypertune.runs.checkpoint import Checkpoint, _checksum, encode, read_checkpoint
from hypertune.runs.files import write_atomically

STATE = {
    "weights": {"a.weight": torch.randn(3, 2), "a.bias": torch.zeros(0)},
    "optimiser": {"state": {0: {"step": torch.tensor(3.0)}}, "lr": 0.1, "betas": (0.9, 0.99)},
    "best": float("inf"),
    "loss": None,
    "names": ["x", True, 7],
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "last.safetensors"
    path.write_bytes(encode(Checkpoint(12, 3, STATE)))
    return path


def test_a_checkpoint_comes_back_bit_for_bit(path):
    found = read_checkpoint(path)
    assert (found.step, found.rows) == (12, 3)
    assert encode(found) == path.read_bytes()
    assert torch.equal(found.state["weights"]["a.weight"], STATE["weights"]["a.weight"])
    assert found.state["optimiser"]["betas"] == (0.9, 0.99)
    assert found.state["best"] == float("inf")
    assert found.state["optimiser"]["state"].keys() == {0}


def test_tensors_that_share_memory_are_kept(tmp_path):
    shared = torch.arange(6.0)
    state = {"all": shared, "part": shared[2:4], "flipped": shared.view(2, 3).T}
    (tmp_path / "c").write_bytes(encode(Checkpoint(0, 0, state)))
    found = read_checkpoint(tmp_path / "c").state
    assert all(torch.equal(found[name], state[name]) for name in state)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.9, 0.999])
def test_a_checkpoint_that_is_cut_short_is_refused(path, share):
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(DamagedRun, match="cut short"):
        read_checkpoint(path)


@pytest.mark.parametrize("content", [b"hello", b"\xff" * 64, b"\0" * 64, b"PK\3\4" * 9])
def test_a_file_of_another_kind_is_refused(path, content):
    path.write_bytes(content)
    with pytest.raises(DamagedRun, match="not a checkpoint"):
        read_checkpoint(path)


def test_a_foreign_safetensors_file_is_refused(path):
    path.write_bytes(safetensors.torch.save({"w": torch.ones(2)}))
    with pytest.raises(DamagedRun, match="not a checkpoint of ours"):
        read_checkpoint(path)


def test_a_missing_checkpoint_is_refused(tmp_path):
    with pytest.raises(DamagedRun, match="is missing"):
        read_checkpoint(tmp_path / "nothing")


def test_an_unknown_version_is_named(path):
    about = {"format": 99, "step": 0, "rows": 0, "state": None}
    path.write_bytes(safetensors.torch.save({}, {"hypertune": json.dumps(about)}))
    with pytest.raises(DamagedRun, match="format 99; this hypertune reads format 2"):
        read_checkpoint(path)


def rewrite(path, **changes):
    """Change what a checkpoint says, with a checksum as it should be."""
    with safetensors.safe_open(path, framework="pt") as file:
        about = json.loads(file.metadata()["hypertune"])
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    del about["sha256"]
    about |= changes
    about["sha256"] = _checksum(tensors, about)
    path.write_bytes(safetensors.torch.save(tensors, {"hypertune": json.dumps(about)}))


@pytest.mark.parametrize("count", [-1, True, 1.0, None, "7", 2**62])
@pytest.mark.parametrize("name", ["step", "rows"])
def test_a_count_that_is_none_is_refused(path, name, count):
    rewrite(path, **{name: count})
    with pytest.raises(DamagedRun, match="does not hold together"):
        read_checkpoint(path)


def test_a_number_that_was_changed_is_noticed(path):
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(DamagedRun, match="was changed"):
        read_checkpoint(path)
    rewritten = content.replace(b'\\"step\\": 12', b'\\"step\\": 13')
    assert rewritten != content
    path.write_bytes(rewritten)
    with pytest.raises(DamagedRun, match="was changed"):
        read_checkpoint(path)


def test_a_checkpoint_larger_than_its_program_says_is_not_read(path):
    with path.open("r+b") as file:
        file.truncate(1 << 40)
    with pytest.raises(DamagedRun, match="too large"):
        read_checkpoint(path, {"w": torch.zeros(3)})


def test_a_skeleton_that_lacks_a_tensor_is_refused(path):
    rewrite(path, state={"tensor": "w"})
    with pytest.raises(DamagedRun, match="does not hold together"):
        read_checkpoint(path)


@pytest.mark.parametrize("moment", ["open", "write", "fsync", "replace"])
def test_a_failure_while_writing_leaves_the_old_file(path, monkeypatch, moment):
    before = path.read_bytes()

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    if moment == "write":
        monkeypatch.setattr(Path, "open", lambda *_: _Full())
    elif moment == "fsync":
        monkeypatch.setattr(os, "fsync", fail)
    else:
        monkeypatch.setattr(Path, moment, fail)
    with pytest.raises(OSError, match="No space"):
        write_atomically(path, b"new", durable=True)
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]


class _Full:
    """A file on a disk that has no room."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def write(self, _):
        raise OSError(28, "No space left on device")


def test_an_interruption_while_writing_leaves_the_old_file(path, monkeypatch):
    before = path.read_bytes()

    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_atomically(path, b"new", durable=True)
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.iterdir()] == [path.name]
