"""Specs by path, or by the name of one that is shipped."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from pathlib import Path

from attrs import frozen

from hypertune.diagnostics import Source
from hypertune.resources import resource_folder
from hypertune.syntax import decode_source


class UnreadableSpec(Exception):
    """A spec is not where it was said to be. The text is the message."""


@frozen
class SpecFile:
    """A text and a short name for it."""

    source: Source
    stem: str

    @property
    def is_program(self) -> bool:
        """Whether it is a compiled program rather than a spec."""
        return self.source.name.endswith(".json")


def read_spec(name: str | Path) -> SpecFile:
    """The text of a spec: a path, the name of a shipped spec, or `-` for standard input.

    Raises:
        UnreadableSpec: if there is none, or it cannot be read.
        SpecError: if it is not text.

    """
    if str(name) == "-":
        return SpecFile(decode_source(sys.stdin.buffer.read(), "<stdin>"), "stdin")
    path = find_spec(name)
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise UnreadableSpec(f"cannot read {path}: {fault.strerror}") from fault
    return SpecFile(decode_source(content, str(path)), path.stem)


def find_spec(name: str | Path) -> Path:
    """A path that exists, or that of the shipped spec of this name.

    Raises:
        UnreadableSpec: if there is neither.

    """
    path = Path(name)
    if path.is_file() or (path.exists() and len(path.parts) > 1):
        return path
    shipped = {spec.stem: spec for spec in sorted(resource_folder("specs").glob("*.hspec"))}
    if str(name) in shipped:
        return shipped[str(name)]
    if path.exists():
        return path
    beside = [str(p) for p in path.parent.glob("*.hspec")] if path.parent.is_dir() else []
    close = get_close_matches(str(name), [*shipped, *beside], n=1)
    advice = f"did you mean `{close[0]}`?" if close else f"shipped are {', '.join(shipped)}"
    raise UnreadableSpec(f"there is no spec `{name}`; {advice}")
