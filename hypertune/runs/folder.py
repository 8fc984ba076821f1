"""Where things are in a run folder, and how a new one is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from attrs import frozen

from hypertune import ir
from hypertune.runs.failures import DamagedRun, FolderTaken
from hypertune.runs.files import read_json, write_atomically, write_json

FORMAT = 1


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


def free_path(name: str, now: datetime) -> Path:
    """`runs/NAME-TIME`, with a number if two start in one second."""
    first = Path("runs") / f"{name}-{now:%Y%m%d-%H%M%S}"
    path, number = first, 2
    while path.exists():
        path, number = first.with_name(f"{first.name}-{number}"), number + 1
    return path


def create(path: Path, spec: str, program: ir.Program, about: Mapping[str, Any]) -> Folder:
    """A new run folder, nothing trained yet.

    Args:
        path: where; it may exist if it is empty.
        spec: the text that runs, empty if the run was given a program.
        program: what is trained.
        about: the facts for run.json.

    Raises:
        FolderTaken: if there is something in it.

    """
    folder = Folder(path)
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise FolderTaken(path)
    path.mkdir(parents=True, exist_ok=True)
    if spec:
        write_atomically(folder.spec, spec.encode())
    write_atomically(folder.program, ir.to_json(program).encode())
    write_json(folder.about, {"format": FORMAT, **about})  # last: it makes the folder a run
    return folder


def open_folder(path: Path) -> tuple[Folder, dict[str, Any]]:
    """A run that is there, with the facts of its run.json.

    Raises:
        DamagedRun: if it is not a run, or of an unknown version.

    """
    folder = Folder(path)
    if not path.is_dir():
        raise DamagedRun(path, "is not a run folder" if path.exists() else "does not exist")
    if not folder.about.exists():
        raise DamagedRun(path, "is not a run folder: it has no run.json")
    about = read_json(folder.about)
    if about.get("format") != FORMAT:
        why = f"has run format {about.get('format')}; this hypertune reads format {FORMAT}"
        raise DamagedRun(folder.about, why)
    return folder, about


def read_program(folder: Folder) -> ir.Program:
    """The program of a run.

    Raises:
        DamagedRun: if it is missing, damaged, or of an unknown version.

    """
    try:
        return ir.from_json(folder.program.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DamagedRun(folder.program, "is missing") from None
    except (ir.DamagedProgram, UnicodeDecodeError) as fault:
        raise DamagedRun(folder.program, f"cannot be read: {fault}") from None
