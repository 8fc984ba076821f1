"""Ctrl-C and SIGTERM end a training after the step in progress; a second one ends it at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def interruptible(stop: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Within, the first SIGINT or SIGTERM calls `stop`; what is given says whether there was one.

    Python lets only the main thread listen to signals; elsewhere this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: False
        return
    came = threading.Event()
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def first(number: int, frame: FrameType | None) -> None:
        restore()
        came.set()
        stop()

    for number in signals:
        signal.signal(number, first)
    try:
        yield came.is_set
    finally:
        restore()
