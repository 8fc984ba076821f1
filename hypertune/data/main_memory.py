"""How much main memory there is to be had."""

from __future__ import annotations

import os
from pathlib import Path

from hypertune.catalogue import Unreadable

_GROUP = Path("/sys/fs/cgroup")  # what a container may take
_SYSTEM = Path("/proc/meminfo")


def free_bytes() -> int | None:
    """What can be taken without swapping; all there is, or None, where the system tells no more.

    The least of what the machine and the container have left.
    """
    known = [left for left in (_left_in_machine(), _left_in_container()) if left is not None]
    return min(known) if known else None


def size(count: float) -> str:
    """A number of bytes for people."""
    if count < 1024:
        return f"{count:.0f} bytes"
    for unit in ("KiB", "MiB", "GiB", "TiB"):
        count /= 1024
        if count < 1024:
            return f"{count:.1f} {unit}"
    return f"{count:_.0f} TiB"


def check_fits(count: int, what: str, argument: str = "file") -> None:
    """Nothing, if so many bytes are to be had.

    Raises:
        Unreadable: if they are not.

    """
    left = free_bytes()
    if left is not None and count > left:
        why = f"{what} takes {size(count)} of memory, and {size(left)} are free"
        raise Unreadable(why, argument)


def _left_in_machine() -> int | None:
    try:
        lines = dict(line.split(":") for line in _SYSTEM.read_text().splitlines())
        return int(lines["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _left_in_container() -> int | None:
    try:
        most = int((_GROUP / "memory.max").read_text())
        return most - int((_GROUP / "memory.current").read_text())
    except (OSError, ValueError):  # no such group, or `max`
        return None
