"""Text to tree and back. Knows the grammar; knows no layer, no tensor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.syntax.files import (
    LARGEST as LARGEST,
    decode_source as decode_source,
    read_file as read_file,
    read_source as read_source,
)
from hypertune.syntax.parser import parse as parse, parse_setting as parse_setting

if TYPE_CHECKING:
    from hypertune.syntax.printing import format_spec as format_spec


def __getattr__(name: str) -> object:
    # Whoever only reads specs need not load the printer.
    if name == "format_spec":
        from hypertune.syntax.printing import format_spec

        return format_spec
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
