"""Processes that work side by side, each a command of this program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hypertune.reporting.sink import Sink
from hypertune.runtime import Event

_PAUSE = 0.1  # seconds


class Workers:
    """Runs commands, so many at a time.

    They are in sessions of their own: a Ctrl-C on the terminal reaches them by `stop` alone,
    and ends each after the step in progress.

    Args:
        commands: the words after `hypertune`.
        most: how many at a time.

    """

    def __init__(self, commands: Sequence[Sequence[str]], most: int) -> None:
        self._waiting = deque(commands)
        self._most = most
        self._working: list[subprocess.Popen[bytes]] = []
        self.lost, self.stopped = 0, False  # how many ended otherwise than they should

    def run(self) -> Iterator[None]:
        """Now and then, until all have ended."""
        with self._ending():
            while self._waiting or self._working:
                while self._waiting and len(self._working) < self._most:
                    words = [sys.executable, "-m", "hypertune", *self._waiting.popleft()]
                    self._working.append(subprocess.Popen(words, start_new_session=True))
                time.sleep(_PAUSE)
                ended = [process for process in self._working if process.poll() is not None]
                self._working = [process for process in self._working if process not in ended]
                if not self.stopped:
                    self.lost += sum(process.returncode != 0 for process in ended)
                yield

    def stop(self) -> None:
        """Begin nothing new, and end what is being done after the step in progress."""
        self.stopped = True
        self._waiting.clear()
        for process in self._working:
            process.terminate()

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """However it ends, nobody works on afterwards."""
        try:
            yield
        finally:
            for process in self._working:
                process.kill()  # what they do is written down as it is done
                process.wait()


def work_command(path: Path, number: int, catalogue: str, storage: str = "") -> list[str]:
    """The words after `hypertune` for one of several processes at one thing.

    Args:
        path: of the study or comparison.
        number: of the trainer, or of the run of a comparison, from 0.
        catalogue: what the user called the catalogue, if anything.
        storage: the database of the study, if the user named one.

    """
    named = {"--catalogue": catalogue, "--storage": storage}
    options = [word for option in named.items() if option[1] for word in option]
    return ["work", str(path), "--number", str(number), *options]


def ending_with(parent: int) -> Sink:
    """Ends this process, as SIGTERM does, once the process that started it has gone."""
    gone = False

    def watch(event: Event) -> None:
        nonlocal gone
        if not gone and os.getppid() != parent:
            gone = True
            os.kill(os.getpid(), signal.SIGTERM)

    return watch
