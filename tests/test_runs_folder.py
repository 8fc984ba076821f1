"""A run folder survives whatever happens to the process that writes it."""

import errno
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from threading import Barrier, Thread

import pytest
import torch
from attrs import evolve
from tiny import TINY

from hypertune.compiler import compile_text
from hypertune.ir import to_json
from hypertune.runs import CannotRecord, DamagedRun, FolderTaken, RunInUse
from hypertune.runs.about import About, read_about, write_about
from hypertune.runs.checkpoint import read_checkpoint
from hypertune.runs.files import write_atomically
from hypertune.runs.folder import (
    Folder,
    clear_parts,
    find_folder,
    free_path,
    make,
    new_folder,
    read_program,
)
from hypertune.runs.journal import append_row, keep_rows, read_rows, row_of
from hypertune.runs.lock import locked
from hypertune.runs.recorder import Recorder, recover
from hypertune.runtime import Completed, Diverged, Ended, Interrupted, Reported, Started, Stepped

ABOUT = About(
    name="digits",
    tune="",
    seed=0,
    device="cpu",
    threads=2,
    catalogue="",
    command=("train", "digits"),
    started="2025-01-01",
    versions={"torch": "2.11"},
    scaling={"input": {"mean": [0.5], "std": None}},
)


def reported(step, valid_loss=1.0, best=True):
    return Reported(
        step=step,
        epoch=step / 10,
        seconds=1.23456,
        train_loss=0.5,
        valid_loss=valid_loss,
        metrics={"valid_accuracy": 0.9},
        hypers={"decay": 0.1},
        statistics={"perturbation_scale": {"decay": 1.0}},
        best=best,
    )


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)


@pytest.fixture
def recorder(folder):
    return Recorder(folder, lambda: {"w": torch.zeros(2)}, share=1e6)


@pytest.fixture(autouse=True)
def _patient_disk(monkeypatch):
    """Some disks take seconds to sync, and no power is cut here."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


def test_a_report_leaves_a_row_and_two_checkpoints(folder, recorder):
    recorder(reported(10))
    assert read_rows(folder.events) == [
        {
            "step": 10,
            "epoch": 1.0,
            "seconds": 1.235,
            "train_loss": 0.5,
            "valid_loss": 1.0,
            "valid_accuracy": 0.9,
            "hypers": {"decay": 0.1},
            "statistics": {"perturbation_scale": {"decay": 1.0}},
            "best": True,
        }
    ]
    assert read_checkpoint(folder.last).rows == 1
    assert folder.best.read_bytes() == folder.last.read_bytes()


def test_a_worse_report_leaves_the_best_alone(folder, recorder):
    recorder(reported(10))
    recorder(reported(20, best=False))
    assert read_checkpoint(folder.last).step == 20
    assert read_checkpoint(folder.best).step == 10


def test_a_number_that_is_not_finite_is_null_and_makes_no_checkpoint(folder, recorder):
    recorder(reported(10))
    recorder(reported(20, valid_loss=float("nan"), best=False))
    recorder(Ended(20, Diverged(20, "the loss is nan", "rest")))
    assert [row["valid_loss"] for row in read_rows(folder.events)] == [1.0, None]
    assert read_checkpoint(folder.last).step == 10


def test_an_interruption_is_checkpointed_at_its_step(folder, recorder):
    recorder(reported(10))
    recorder(Stepped(13))
    recorder(Ended(13, Interrupted(13)))
    assert (read_checkpoint(folder.last).step, read_checkpoint(folder.last).rows) == (13, 1)


def test_a_completed_run_is_not_checkpointed_twice(folder, recorder):
    recorder(reported(10))
    before = folder.last.stat().st_ino
    recorder(Ended(10, Completed(10)))
    assert folder.last.stat().st_ino == before


def test_a_long_epoch_is_checkpointed_by_the_clock(folder):
    recorder = Recorder(folder, dict, every=-1.0)
    recorder(Stepped(3))
    assert read_checkpoint(folder.last).step == 3


def test_a_full_disk_is_told_in_a_sentence(folder, recorder, monkeypatch):
    recorder(reported(10))

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hypertune.runs.recorder.write_atomically", full)
    with pytest.raises(CannotRecord, match=r"No space left on device.*hypertune resume"):
        recorder(reported(20))
    monkeypatch.undo()
    assert recover(folder).step == 10
    assert len(read_rows(folder.events)) == 1


def test_rows_after_the_checkpoint_are_dropped(folder, recorder):
    recorder(reported(10))
    append_row(folder.events, row_of(reported(20)))
    with folder.events.open("a") as file:
        file.write('{"step": 3')
    assert recover(folder).rows == 1
    assert [row["step"] for row in read_rows(folder.events)] == [10]


def test_a_run_that_never_began_begins_anew(folder):
    assert recover(folder) is None


def test_a_checkpoint_is_there_from_the_start(folder, recorder):
    recorder(Started(0, 100, 10))
    assert (recover(folder).step, recover(folder).rows) == (0, 0)


@pytest.mark.parametrize("kept", ["events", "best"])
def test_a_run_whose_checkpoint_is_gone_does_not_begin_anew(folder, recorder, kept):
    recorder(reported(10))
    content = getattr(folder, kept).read_bytes()
    for path in (folder.last, folder.best, folder.events):
        path.unlink()
    getattr(folder, kept).write_bytes(content)
    with pytest.raises(DamagedRun, match="had got further"):
        recover(folder)
    assert getattr(folder, kept).read_bytes() == content


def test_a_slow_disk_gets_fewer_checkpoints(folder):
    ticks = iter(range(100))  # each look at the clock takes a second
    recorder = Recorder(folder, dict, share=0.25, clock=lambda: next(ticks))
    steps = []
    for step in range(10, 90, 10):
        recorder(reported(step, best=step <= 20))
        steps.append(read_checkpoint(folder.last).step)
    assert steps == [10, 10, 10, 10, 50, 50, 50, 50]
    assert read_checkpoint(folder.best).step == 20
    recorder(Ended(80, Completed(80)))
    assert read_checkpoint(folder.last).step == 80
    assert len(read_rows(folder.events)) == 8


def test_a_state_that_is_the_best_and_the_last_is_taken_once(folder):
    taken = []
    recorder = Recorder(folder, lambda: taken.append(1) or {"n": len(taken)}, share=1e9)
    recorder(reported(10))
    assert len(taken) == 1
    assert folder.last.read_bytes() == folder.best.read_bytes()
    recorder(reported(20, best=False))
    assert read_checkpoint(folder.last).state == {"n": 2}
    assert read_checkpoint(folder.best).state == {"n": 1}


def test_the_best_state_is_kept_when_training_diverges(folder):
    recorder = Recorder(folder, dict, share=1e-9)
    recorder(reported(10))
    recorder(reported(20))
    recorder(reported(30, valid_loss=float("inf"), best=False))
    recorder(Ended(30, Diverged(30, "the loss is inf", "rest")))
    assert read_checkpoint(folder.best).step == 20


def test_rows_that_are_missing_are_noticed(folder, recorder):
    recorder(reported(10))
    folder.events.unlink()
    with pytest.raises(DamagedRun, match="fewer than the 1 rows"):
        recover(folder)


@pytest.mark.parametrize("content", [b"{}\n", b"7\n", b"{\n", b"\xff\n", b"[" * 9999 + b"\n"])
def test_rows_that_are_none_are_refused(folder, content):
    folder.events.write_bytes(content)
    with pytest.raises(
        DamagedRun, match=r"has a line that is not a report|holds what is not JSON"
    ):
        read_rows(folder.events)


def test_rows_are_kept_by_number(folder):
    for step in (1, 2, 3):
        append_row(folder.events, row_of(reported(step)))
    keep_rows(folder.events, 2)
    assert [row["step"] for row in read_rows(folder.events)] == [1, 2]


def test_a_folder_with_something_in_it_is_refused(tmp_path):
    assert new_folder(tmp_path).path == tmp_path
    assert new_folder(tmp_path / "new").path.exists() is False
    (tmp_path / "file").write_text("")
    for taken, why in ((tmp_path, "is not empty"), (tmp_path / "file", "is a file")):
        with pytest.raises(FolderTaken, match=why):
            new_folder(taken)


@pytest.mark.parametrize("there", [True, False])
def test_a_new_folder_holds_what_is_known(tmp_path, there):
    folder = new_folder(tmp_path / "deep" / "run")
    if there:
        folder.path.mkdir(parents=True)
    program = compile_text(TINY).program
    make(folder, TINY, program, ABOUT)
    assert folder.spec.read_text() == TINY
    assert read_program(folder) == program
    assert read_about(folder.about) == ABOUT
    assert list(folder.path.parent.iterdir()) == [folder.path]


@pytest.mark.parametrize("there", [True, False])
def test_of_several_makers_of_one_folder_one_wins(tmp_path, there):
    program = compile_text(TINY).program

    def maker(folder, name, together, won):
        together.wait()
        try:
            make(folder, f"# {name}", program, evolve(ABOUT, name=name))
            won.append(name)
        except (FolderTaken, RunInUse):
            pass

    for number in range(12):
        folder, won, together = Folder(tmp_path / str(number) / "run"), [], Barrier(3)
        folder.path.parent.mkdir()
        if there:
            folder.path.mkdir()
        makers = [Thread(target=maker, args=(folder, n, together, won)) for n in "abc"]
        for thread in makers:
            thread.start()
        for thread in makers:
            thread.join()
        assert won == [read_about(folder.about).name]
        assert folder.spec.read_text() == f"# {won[0]}"
        assert read_program(folder) == program
        assert [*folder.path.parent.iterdir()] == [folder.path]


def test_a_file_that_cannot_be_begun_is_named_as_it_was_asked_for(tmp_path, monkeypatch):
    def refused(path, *mode):
        raise OSError(errno.EROFS, "Read-only file system", str(path))

    monkeypatch.setattr(Path, "open", refused)
    monkeypatch.setattr(Path, "unlink", refused)
    with pytest.raises(OSError, match="Read-only") as found:
        write_atomically(tmp_path / "net.py", b"")
    assert found.value.filename == str(tmp_path / "net.py")


@pytest.mark.parametrize("name", [".run.part", ".net.py.part"])
def test_files_that_look_like_ours_are_let_be(tmp_path, name):
    (tmp_path / name).mkdir()
    (tmp_path / name / "mine").write_text("mine")
    make(Folder(tmp_path / "run"), TINY, compile_text(TINY).program, ABOUT)
    write_atomically(tmp_path / "net.py", b"")
    assert (tmp_path / name / "mine").read_text() == "mine"


def test_what_a_kill_left_is_removed_and_nothing_else(folder):
    for name in (".last.safetensors.0123abcd.part", ".mine.part", ".mine.0123abcd.part"):
        (folder.path / name).write_text("")
    clear_parts(folder)
    assert {path.name for path in folder.path.iterdir()} == {".mine.part", ".mine.0123abcd.part"}


def test_a_folder_is_not_there_before_it_is_whole(tmp_path, monkeypatch):
    def fail(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("hypertune.runs.folder.write_about", fail)
    folder, program = new_folder(tmp_path / "run"), compile_text(TINY).program
    with pytest.raises(KeyboardInterrupt):
        make(folder, TINY, program, ABOUT)
    assert not folder.path.exists()
    monkeypatch.undo()
    make(folder, TINY, program, ABOUT)
    assert folder.about.exists()


def test_two_runs_of_one_second_get_two_folders(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    now = datetime(2025, 1, 2, 3, 4, 5)
    names = []
    for _ in range(3):
        path = free_path("digits", now)
        path.mkdir(parents=True)
        names.append(path.name)
    first = "digits-20250102-030405"
    assert names == [first, f"{first}-2", f"{first}-3"]


def test_what_is_no_run_is_told(tmp_path):
    with pytest.raises(DamagedRun, match="does not exist"):
        find_folder(tmp_path / "nothing")
    with pytest.raises(DamagedRun, match=r"no run\.json"):
        find_folder(tmp_path)


def test_the_facts_of_a_run_come_back(folder):
    write_about(folder.about, ABOUT)
    assert read_about(folder.about) == ABOUT
    assert ABOUT.differences({"torch": "2.12"}) == ["torch was 2.11 and is 2.12"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tree: tree | {"format": 7}, "format 7; this hypertune reads format 2"),
        (
            lambda tree: {k: v for k, v in tree.items() if k != "seed"},
            r"required field missing @ \$.seed",
        ),
        (lambda tree: tree | {"threads": "many"}, r"@ \$.threads"),
        (lambda tree: [tree], "does not hold a JSON object"),
        (lambda tree: tree | {"threads": 10**9}, "1 to 1024 are allowed"),
        (lambda tree: tree | {"threads": 0}, "1 to 1024 are allowed"),
        (lambda tree: tree | {"scaling": {"input": {"mean": ["x"]}}}, "no numbers"),
    ],
)
def test_damaged_facts_are_refused(folder, change, words):
    write_about(folder.about, ABOUT)
    folder.about.write_text(json.dumps(change(json.loads(folder.about.read_text()))))
    with pytest.raises(DamagedRun, match=words):
        read_about(folder.about)


@pytest.mark.parametrize("content", [b"", b"[" * 99_999, b'{"a":' * 99_999, b"\xff", b"NaN"])
def test_what_is_no_json_is_told(folder, content):
    folder.about.write_bytes(content)
    with pytest.raises(DamagedRun, match="not JSON"):
        read_about(folder.about)
    folder.program.write_bytes(content)
    with pytest.raises(DamagedRun, match="cannot be read"):
        read_program(folder)


def test_a_program_nested_deeper_than_python_reads_is_told(folder):
    program = json.loads(to_json(compile_text(TINY).program))
    deep = 0
    for _ in range(400):
        deep = [deep]
    program["program"]["layers"][0]["args"]["x"] = deep
    folder.program.write_text(json.dumps(program))
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(500)
    try:
        with pytest.raises(DamagedRun, match="nested too deeply"):
            read_program(folder)
    finally:
        sys.setrecursionlimit(limit)


def test_what_is_no_file_is_not_opened(folder):
    os.mkfifo(folder.about)
    folder.last.mkdir()
    with pytest.raises(DamagedRun, match="is not a file"):
        read_about(folder.about)
    with pytest.raises(DamagedRun, match="is not a file"):
        recover(folder)


def test_a_file_beyond_all_bounds_is_not_read(folder):
    for path, read in ((folder.about, read_about), (folder.events, read_rows)):
        with path.open("wb") as file:
            file.truncate(1 << 40)  # a sparse file: it takes no room
        with pytest.raises(DamagedRun, match="too large"):
            read(path)


HOLDER = """
import sys
from pathlib import Path
from hypertune.runs.lock import locked

with locked(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_run_in_use_is_refused_until_its_process_is_gone(tmp_path):
    words = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(RunInUse, match="in use"), locked(tmp_path):
            pass
        holder.kill()
    with locked(tmp_path):
        assert list(tmp_path.iterdir()) == []
