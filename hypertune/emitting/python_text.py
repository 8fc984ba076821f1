"""Text of unknown origin inside Python source. Values are written by `repr`, which is as safe."""

from __future__ import annotations


def in_docstring(text: str) -> str:
    """The text as it may stand between triple quotes: it cannot end them, nor break its line."""
    return "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else ascii(character)[1:-1]
