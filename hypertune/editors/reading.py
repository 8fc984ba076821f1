"""One state of a text: what is wrong with it, and the last that could be made of it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from hypertune import ir
from hypertune.catalogue import Catalogue
from hypertune.compiler import compile_text, read_file
from hypertune.diagnostics import Diagnostic, Source, Span, SpecError
from hypertune.editors.files import File, brings, gathered
from hypertune.editors.kept import Kept
from hypertune.editors.places import Place, Run
from hypertune.editors.symbols import Symbol, symbols
from hypertune.semantics import FileTree, Read
from hypertune.syntax import ast, parse


@frozen
class Reading:
    """A text and its mistakes; while it is broken, tree and program are of an earlier state.

    `files` are those that it includes, however deep, by path; `symbols` are the names that all
    of them declare.
    """

    name: str
    text: str = field(repr=False)
    catalogue: Catalogue = field(repr=False)
    findings: tuple[Diagnostic, ...] = ()
    tree: Kept[ast.Spec] | None = field(default=None, repr=False)
    program: Kept[ir.Program] | None = field(default=None, repr=False)
    part: FileTree | None = field(default=None, repr=False)
    files: Mapping[str, File] = field(factory=dict, repr=False)
    symbols: tuple[Symbol, ...] = field(default=(), repr=False)

    def owns(self, span: Span) -> bool:
        """Whether a span lies in this text, not in one that it includes."""
        return span.source.name == self.name

    def place(self, span: Span) -> Place | None:
        """Where a run of one of the trees stands now; None if it was changed."""
        name = span.source.name
        tree = self.tree if self.owns(span) else self.files[name].tree
        run = tree.now(span.start, span.end) if tree else None
        return Place(name, *run) if run else None

    def places(self, symbol: Symbol) -> set[Place]:
        """Where a name is declared and used now."""
        return {place for span in symbol.places if (place := self.place(span))}

    def text_of(self, name: str) -> str | None:
        """The text of a name: this one, or a file that it includes."""
        return self.text if name == self.name else self.files[name].text

    def included(self, span: Span) -> Run:
        """The `include` that brings in the text of a span."""
        if self.part and self.tree and self.tree.current:
            for statement, piece in zip(self.part.spec.statements, self.part.pieces, strict=True):
                if isinstance(statement, ast.Include) and brings(
                    piece, self.name, span.source.name
                ):
                    return statement.path.span.start, statement.path.span.end
        return (0, 0)


def read(
    text: str,
    name: str,
    catalogue: Catalogue,
    before: Reading | None = None,
    beside: Read = read_file,
) -> Reading:
    """Everything there is to know of a text.

    Args:
        text: as it stands in the editor.
        name: what messages call it; a path, where it has one, so that it can include others.
        catalogue: the kinds it may use.
        before: the reading of an earlier state, for what this one is too broken to give.
        beside: the text of a file that it includes, by its path.

    """
    tree = before.tree.under(text) if before and before.tree else None
    program = before.program.under(text) if before and before.program else None
    findings: tuple[Diagnostic, ...]
    try:
        tree = Kept.of(parse(Source(name, text)), text)
        compiled = compile_text(text, name, catalogue, read=beside)
        findings, program = compiled.warnings, Kept.of(compiled.program, text)
    except SpecError as mistake:
        findings = mistake.diagnostics
    if tree is None:
        return Reading(name, text, catalogue, findings)
    part, files = gathered(tree.value, beside, before.files if before else {})
    names = symbols(part.statements)
    return Reading(name, text, catalogue, findings, tree, program, part, files, names)
