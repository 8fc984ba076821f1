"""The canonical layout of a text."""

from __future__ import annotations

from hypertune.editors.reading import Reading
from hypertune.syntax import format_spec


def formatted(reading: Reading) -> str | None:
    """The text in canonical layout; None where it cannot be read, and so is left as it is."""
    if reading.tree is None or not reading.tree.current:
        return None
    return format_spec(reading.tree.value)
