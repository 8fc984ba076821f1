"""The one exception of the compiler."""

from __future__ import annotations

from collections.abc import Iterable

from hypertune.diagnostics.diagnostic import Diagnostic
from hypertune.diagnostics.rendering import render_all


class SpecError(Exception):
    """A spec cannot be compiled; `diagnostics` says why, in source order."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = in_source_order(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return render_all(self.diagnostics)


def in_source_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Placeless ones first, then file by file as they first appear, each from its top."""
    given = tuple(diagnostics)
    files: dict[str, int] = {}
    for diagnostic in given:
        if diagnostic.span is not None:
            files.setdefault(diagnostic.span.source.name, len(files))

    def place(diagnostic: Diagnostic) -> tuple[int, int]:
        span = diagnostic.span
        return (-1, 0) if span is None else (files[span.source.name], span.start)

    return tuple(sorted(given, key=place))
