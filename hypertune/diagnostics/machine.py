"""A diagnostic as a program reads it."""

from __future__ import annotations

from typing import Any

from hypertune.diagnostics.diagnostic import Diagnostic, Help, Note
from hypertune.diagnostics.source import Span


def as_json(diagnostic: Diagnostic) -> dict[str, Any]:
    """One JSON object: what is wrong, where, and what to do.

    Units: lines and columns are counted from 1, offsets from 0, all in characters; the end
    is the first character that no longer belongs.

    """
    children = diagnostic.details
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "title": diagnostic.message,
        "label": diagnostic.fill(diagnostic.label),
        **_place(diagnostic.span),
        "notes": [{"text": c.text, **_place(c.span)} for c in children if isinstance(c, Note)],
        "help": [c.text for c in children if isinstance(c, Help)],
    }


def _place(span: Span | None) -> dict[str, Any]:
    if span is None:
        return {"file": None, "start": None, "end": None}
    return {
        "file": span.source.name,
        "start": _point(span, span.start),
        "end": _point(span, span.end),
    }


def _point(span: Span, offset: int) -> dict[str, int]:
    line, column = span.source.locate(offset)
    return {"line": line, "column": column, "offset": offset}
