"""Why a run folder cannot be used as asked. The text is the message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path


class RunError(Exception):
    """A run folder cannot be used as asked."""


class FolderTaken(RunError):
    """The folder for a new run is not empty, or no folder."""

    def __init__(self, folder: Path) -> None:
        what = "is a file" if folder.is_file() else "exists and is not empty"
        super().__init__(f"{folder} {what}; give another folder with --out")


class DamagedRun(RunError):
    """A file of a run is missing, cut short, or of another kind."""

    def __init__(self, path: Path, why: str, advice: str = "") -> None:
        super().__init__(f"{path} {why}" + (f"; {advice}" if advice else ""))


class DataChanged(RunError):
    """The data of a run is not what it was when the run began."""

    def __init__(self, folder: Path, changes: Sequence[str]) -> None:
        super().__init__(
            f"the data of {folder} has changed since it began: {'; '.join(changes)}; "
            f"put it back as it was, or train anew"
        )


class RunInUse(RunError):
    """Another process is writing this run."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} is in use: another process is training this run")


class OtherStorage(RunError):
    """A run is asked to go on without the database that it was started with, or with another."""

    def __init__(self, folder: Path, then: str) -> None:
        super().__init__(
            f"{folder} was started with --storage {then}; say so again: nothing is connected to "
            "because a file says so"
        )


class WorkersLost(RunError):
    """Processes that trained for a run have ended before their time."""

    def __init__(self, folder: Path, count: int) -> None:
        lost = "a process that trained" if count == 1 else f"{count} processes that trained"
        super().__init__(
            f"{lost} for {folder} ended early; what they had done is kept, and "
            f"`hypertune resume {folder}` goes on from there"
        )


class UnfinishedRun(RunError):
    """The run has not ended yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} has not ended; go on with `hypertune resume {folder}`")


class NoSchedule(RunError):
    """The run has no hyperparameters over time that could be replayed."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"{folder} {why}")


class NoInfluence(RunError):
    """The training examples of a run cannot be scored."""

    def __init__(self, folder: Path, why: str) -> None:
        super().__init__(f"the examples of {folder} cannot be scored: {why}")


class CannotRecord(RunError):
    """A file of a run could not be written while it trained."""

    def __init__(self, folder: Path, fault: OSError) -> None:
        super().__init__(
            f"cannot write {fault.filename or folder}: {fault.strerror}; the run stands as its "
            f"last checkpoint has it, `hypertune resume {folder}` goes on from there"
        )
