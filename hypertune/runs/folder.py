"""Where things are in a run folder, and how a new one is made."""

from __future__ import annotations

import re
import shutil
from datetime import datetime
from errno import EEXIST, ENOTEMPTY
from pathlib import Path
from secrets import token_hex

from attrs import frozen

from hypertune import ir
from hypertune.runs.about import About, write_about
from hypertune.runs.failures import DamagedRun, FolderTaken
from hypertune.runs.files import MOST_JSON, read_bytes, write_atomically
from hypertune.runs.lock import locked

_PART = re.compile(
    r"\.((last|best|model)\.safetensors|(run|program|summary)\.json|events\.jsonl"
    r"|schedule\.csv)"
    r"\.[0-9a-f]{8}\.part"
)
_TRIAL_PART = re.compile(r"\.\d{4,}\.[0-9a-f]{8}\.part")


@frozen
class Folder:
    """The files of one run."""

    path: Path

    @property
    def spec(self) -> Path:
        return self.path / "spec.hspec"

    @property
    def program(self) -> Path:
        return self.path / "program.json"

    @property
    def about(self) -> Path:
        return self.path / "run.json"

    @property
    def events(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def last(self) -> Path:
        return self.path / "last.safetensors"

    @property
    def best(self) -> Path:
        return self.path / "best.safetensors"

    @property
    def model(self) -> Path:
        return self.path / "model.safetensors"

    @property
    def summary(self) -> Path:
        return self.path / "summary.json"

    @property
    def refit(self) -> Folder:
        """What a second training leaves behind, if there is one: no run by itself."""
        return Folder(self.path / "refit")

    @property
    def schedule(self) -> Path:
        """The hyperparameters over time that a second training goes through."""
        return self.path / "schedule.csv"

    def trial(self, number: int) -> Folder:
        """The run of one trial, if this is a study."""
        return Folder(self.trials / f"{number:04}")

    @property
    def trials(self) -> Path:
        return self.path / "trials"

    @property
    def storage(self) -> Path:
        """Which process tries what, if several work on the trials of this study."""
        return self.path / "study.db"

    @property
    def ended(self) -> bool:
        """Whether there is nothing left to do; the summary is the last file that is written."""
        return self.summary.exists()


def free_path(name: str, now: datetime) -> Path:
    """`runs/NAME-TIME`, with a number if two start in one second."""
    first = Path("runs") / f"{name}-{now:%Y%m%d-%H%M%S}"
    path, number = first, 2
    while path.exists():
        path, number = first.with_name(f"{first.name}-{number}"), number + 1
    return path


def new_folder(path: Path) -> Folder:
    """Where a new run may go; nothing is made yet.

    Raises:
        FolderTaken: if there is something in it.

    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FolderTaken(path)
    return Folder(path)


def make(folder: Folder, spec: str, program: ir.Program, about: About) -> None:
    """Make the folder, with what is known before the training begins.

    One that is not there yet appears with all of it, so that a kill leaves none or a whole run;
    of several makers of one folder, the first has it.

    Args:
        folder: one that is not there, or empty.
        spec: the text that runs, empty if the run was given a program.
        program: what is trained.
        about: how it was started.

    Raises:
        FolderTaken: if something has come into it.
        RunInUse: if another process is making it.

    """
    if folder.path.exists():
        with locked(folder.path):
            new_folder(folder.path)
            _fill(folder, spec, program, about)
        return
    # A name that nobody else has: no file of the user's, no other maker's.
    part = Folder(folder.path.with_name(f".{folder.path.name}.{token_hex(4)}.part"))
    try:
        part.path.mkdir(parents=True)
        _fill(part, spec, program, about)
        part.path.rename(folder.path)  # fails if something is in it
    except BaseException as fault:
        shutil.rmtree(part.path, ignore_errors=True)
        if isinstance(fault, OSError):
            if fault.errno in (EEXIST, ENOTEMPTY):
                raise FolderTaken(folder.path) from None
            fault.filename = str(folder.path)  # the other name is nobody's business
        raise


def _fill(folder: Folder, spec: str, program: ir.Program, about: About) -> None:
    if spec:
        write_atomically(folder.spec, spec.encode())
    write_atomically(folder.program, ir.to_json(program).encode())
    write_about(folder.about, about)  # last: it makes the folder a run


def clear_parts(folder: Folder) -> None:
    """Remove what a kill left of files that were being written; only for who has the lock."""
    for path in folder.path.iterdir():
        if _PART.fullmatch(path.name):
            path.unlink()
    for path in folder.trials.iterdir() if folder.trials.is_dir() else ():
        if _TRIAL_PART.fullmatch(path.name):
            shutil.rmtree(path)


def find_folder(path: Path) -> Folder:
    """A run that is there.

    Raises:
        DamagedRun: if it is not a run.

    """
    if not path.is_dir():
        raise DamagedRun(path, "is not a run folder" if path.exists() else "does not exist")
    folder = Folder(path)
    if not folder.about.exists():
        raise DamagedRun(path, "is not a run folder: it has no run.json")
    return folder


def read_program(folder: Folder) -> ir.Program:
    """The program of a run.

    Raises:
        DamagedRun: if it is missing, damaged, or of an unknown version.

    """
    try:
        return ir.from_json(read_bytes(folder.program, MOST_JSON).decode())
    except (ir.DamagedProgram, UnicodeDecodeError) as fault:
        raise DamagedRun(folder.program, f"cannot be read: {fault}") from None
