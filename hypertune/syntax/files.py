"""Spec files."""

from __future__ import annotations

import errno
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Final

from hypertune.diagnostics import Source, Span, SpecError
from hypertune.syntax.mistakes import NotText

LARGEST: Final = 2**26  # bytes of a file that is read, be it a spec or a compiled program


def read_file(path: Path) -> bytes:
    """What is in a file.

    Raises:
        OSError: if it cannot be read, is too large, or is a pipe or device, which may never end.

    """
    mode = path.stat().st_mode
    if not S_ISREG(mode) and not S_ISDIR(mode):
        raise OSError(errno.EINVAL, "this is a pipe or a device, not a file", str(path))
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        why = f"this is larger than {LARGEST // 2**20} MiB"
        raise OSError(errno.EFBIG, why, str(path))
    return data


def read_source(path: Path, name: str | None = None) -> Source:
    """The text of a file, under the name to print for it (the path, unless given).

    Raises:
        OSError: if the file cannot be read.
        SpecError: if it is not UTF-8.

    """
    return decode_source(read_file(path), str(path) if name is None else name)


def decode_source(data: bytes, name: str) -> Source:
    """The text in `data`.

    Raises:
        SpecError: if it is not UTF-8.

    """
    try:
        return Source(name, data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        shown = Source(name, error.object.decode("utf-8", errors="replace"))
        # What comes before the bad byte decodes without loss, so its length is the offset.
        at = len(error.object[: error.start].decode("utf-8"))
        byte = error.object[error.start]
        raise SpecError([NotText(Span(shown, at, at + 1), byte)]) from None
