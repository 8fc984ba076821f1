"""Spec files."""

from __future__ import annotations

from pathlib import Path

from hypertune.diagnostics import Source, Span, SpecError
from hypertune.syntax.mistakes import NotText


def read_source(path: Path, name: str | None = None) -> Source:
    """The text of a file, under the name to print for it (the path, unless given).

    Raises:
        OSError: if the file cannot be read.
        SpecError: if it is not UTF-8.

    """
    return decode_source(path.read_bytes(), str(path) if name is None else name)


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
