"""One state of a text: what is wrong with it, and the last that could be made of it."""

from __future__ import annotations

from pathlib import Path

from attrs import field, frozen

from hypertune import ir
from hypertune.catalogue import Catalogue
from hypertune.compiler import compile_text
from hypertune.diagnostics import Diagnostic, Source, Span, SpecError
from hypertune.editors.kept import Kept
from hypertune.syntax import ast, parse


@frozen
class Reading:
    """A text and its mistakes; while it is broken, tree and program are of an earlier state."""

    name: str
    text: str = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    findings: tuple[Diagnostic, ...] = ()
    tree: Kept[ast.Spec] | None = field(default=None, repr=False)
    program: Kept[ir.Program] | None = field(default=None, repr=False)

    def owns(self, span: Span) -> bool:
        """Whether a span lies in this text, not in one that it includes."""
        return span.source.name == self.name

    @property
    def includes(self) -> bool:
        """Whether it depends on other texts."""
        statements = self.tree.value.statements if self.tree else ()
        return any(isinstance(statement, ast.Include) for statement in statements)

    def included(self, span: Span) -> tuple[int, int]:
        """The `include` that brought in the text of a span; where texts are nested, the first."""
        tree = self.tree.value if self.tree and self.tree.current else None
        found = [s.path for s in tree.statements if isinstance(s, ast.Include)] if tree else []
        file = Path(span.source.name).name
        best = sorted(found, key=lambda path: Path(path.value).name != file)
        return (best[0].span.start, best[0].span.end) if best else (0, 0)


def read(text: str, name: str, catalogue: Catalogue, before: Reading | None = None) -> Reading:
    """Everything there is to know of a text.

    Args:
        text: as it stands in the editor.
        name: what messages call it; a path, where it has one, so that it can include others.
        catalogue: the kinds it may use.
        before: the reading of an earlier state, for what this one is too broken to give.

    """
    tree = before.tree.under(text) if before and before.tree else None
    program = before.program.under(text) if before and before.program else None
    try:
        tree = Kept.of(parse(Source(name, text)), text)
        compiled = compile_text(text, name, catalogue)
    except SpecError as mistake:
        return Reading(name, text, catalogue, mistake.diagnostics, tree, program)
    program = Kept.of(compiled.program, text)
    return Reading(name, text, catalogue, compiled.warnings, tree, program)
