"""Specs by path, or by the name of one that is shipped."""

from __future__ import annotations

import sys
from errno import EINVAL
from pathlib import Path

from attrs import frozen

from hypertune.diagnostics import Source, closest
from hypertune.resources import resource_folder
from hypertune.syntax import LARGEST, decode_source, read_file


class UnreadableSpec(Exception):
    """A spec is not where it was said to be. The text is the message."""


@frozen
class SpecFile:
    """A text and a short name for it."""

    source: Source
    stem: str

    @property
    def is_program(self) -> bool:
        """Whether it is a compiled program rather than a spec, which never begins with `{`."""
        return self.source.name.endswith(".json") or self.source.text.lstrip().startswith("{")


def read_spec(name: str | Path) -> SpecFile:
    """The text of a spec: a path, the name of a shipped spec, or `-` for standard input.

    Raises:
        UnreadableSpec: if there is none, or it cannot be read.
        SpecError: if it is not text.

    """
    if str(name) == "-":
        content = sys.stdin.buffer.read(LARGEST + 1)
        if len(content) > LARGEST:
            raise UnreadableSpec(f"standard input is longer than {LARGEST // 2**20} MiB")
        return SpecFile(decode_source(content, "<stdin>"), "stdin")
    path = find_spec(name)
    try:
        content = read_file(path)
    except OSError as fault:
        advice = "; `-` reads standard input" if fault.errno == EINVAL else ""
        raise UnreadableSpec(f"cannot read {path}: {fault.strerror}{advice}") from fault
    return SpecFile(decode_source(content, str(path)), path.stem)


def find_spec(name: str | Path) -> Path:
    """A path that exists, or that of the shipped spec of this name.

    Raises:
        UnreadableSpec: if there is neither.

    """
    path = Path(name)
    if "\n" in str(name):
        raise UnreadableSpec("this is the text of a spec; its path is wanted, or its name")
    if path.is_file() or (path.exists() and len(path.parts) > 1):
        return path
    shipped = {spec.stem: spec for spec in sorted(resource_folder("specs").glob("*.hspec"))}
    if str(name) in shipped:
        return shipped[str(name)]
    if path.exists():
        return path
    beside = sorted(path.parent.glob("*.hspec")) if path.parent.is_dir() else []
    found = dict.fromkeys(shipped) | {p.stem: str(p) for p in beside}
    advice = f"shipped are {', '.join(shipped)}"
    for stem in closest(path.stem, found):
        advice = f"did you mean `{found[stem] or stem}`?"
    raise UnreadableSpec(f"there is no spec `{name}`; {advice}")
