"""One writer per run."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypertune.runs.failures import RunInUse


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from writing this run.

    The lock is on the folder itself and belongs to the process: it leaves no file behind, and a
    process that is killed lets go of it.

    Raises:
        RunInUse: if another process has it.

    """
    if sys.platform == "win32":  # has no flock, and cannot open a folder
        yield
        return
    import fcntl

    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise RunInUse(folder) from None
    try:
        yield
    finally:
        os.close(handle)
