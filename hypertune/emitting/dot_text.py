"""Text of unknown origin inside the language of Graphviz."""

from __future__ import annotations

from hypertune.terminal import visible


def quoted(*lines: str) -> str:
    """A string of Graphviz that shows these lines; nothing in them is an escape or an entity."""
    return '"' + "\\n".join(map(_escaped, lines)) + '"'


def _escaped(line: str) -> str:
    plain = visible(line).replace("\\", "\\\\").replace('"', '\\"')
    return plain.replace("&", "&amp;")
