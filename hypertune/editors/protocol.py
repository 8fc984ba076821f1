"""Results in the terms of the language server protocol."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from attrs import frozen
from lsprotocol import types

from hypertune.diagnostics import Diagnostic, Help, Note, Span
from hypertune.editors.completing import Completion, Completions, Sort
from hypertune.editors.places import Run
from hypertune.editors.positions import Lines
from hypertune.editors.reading import Reading

_SEVERITY: Final = {
    "error": types.DiagnosticSeverity.Error,
    "warning": types.DiagnosticSeverity.Warning,
}
_SORTS: Final[dict[Sort, types.CompletionItemKind]] = {
    "keyword": types.CompletionItemKind.Keyword,
    "kind": types.CompletionItemKind.Function,
    "setting": types.CompletionItemKind.Property,
    "argument": types.CompletionItemKind.Field,
    "name": types.CompletionItemKind.Variable,
    "word": types.CompletionItemKind.EnumMember,
}


@frozen
class Document:
    """A reading under the name and in the units that the editor uses.

    `uri_of` tells how the editor calls a text of another name.
    """

    uri: str
    reading: Reading
    lines: Lines
    uri_of: Callable[[str], str]

    def offset(self, position: types.Position) -> int:
        return self.lines.offset(position.line, position.character)

    def range(self, run: Run) -> types.Range:
        return range_of(self.lines, run)

    def whole(self) -> types.Range:
        return self.range((0, len(self.reading.text)))

    def diagnostic(self, found: Diagnostic) -> types.Diagnostic:
        """What lies in an included file is reported at the `include`, with its place beside it."""
        span, notes = found.span, _notes(found)
        place = (span.start, span.end) if span else (0, 0)
        if span and not self.reading.owns(span):
            place = self.reading.included(span)
            notes = [Note(found.fill(found.label) or found.message, span), *notes]
        return types.Diagnostic(
            range=self.range(place),
            message=_message(found),
            severity=_SEVERITY[found.severity],
            code=found.code,
            source="hypertune",
            related_information=[
                types.DiagnosticRelatedInformation(self._place(note.span), note.text)
                for note in notes
                if note.span is not None
            ],
        )

    def _place(self, span: Span) -> types.Location:
        if self.reading.owns(span):
            return types.Location(self.uri, self.range((span.start, span.end)))
        lines = Lines(span.source.text, self.lines.encoding)
        return types.Location(
            self.uri_of(span.source.name), range_of(lines, (span.start, span.end))
        )

    def completion_list(self, found: Completions, offset: int) -> types.CompletionList:
        place = self.range((offset - found.begun, offset))
        items = [_completion_item(item, place) for item in found.items]
        return types.CompletionList(is_incomplete=False, items=items)


def markdown(text: str) -> types.MarkupContent:
    return types.MarkupContent(types.MarkupKind.Markdown, text)


def range_of(lines: Lines, run: Run) -> types.Range:
    start, end = (types.Position(*lines.position(offset)) for offset in run)
    return types.Range(start, end)


def _notes(found: Diagnostic) -> list[Note]:
    return [child for child in found.details if isinstance(child, Note)]


def _message(found: Diagnostic) -> str:
    """The title, then what else there is to know and to do, a line for each."""
    label = found.fill(found.label)
    notes = [f"note: {note.text}" for note in _notes(found) if note.span is None]
    helps = [f"help: {child.text}" for child in found.details if isinstance(child, Help)]
    return "\n".join([found.message, *([label] if label else []), *notes, *helps])


def _completion_item(item: Completion, place: types.Range) -> types.CompletionItem:
    return types.CompletionItem(
        label=item.word,
        kind=_SORTS[item.sort],
        detail=item.detail or None,
        documentation=markdown(item.doc) if item.doc else None,
        text_edit=types.TextEdit(place, item.insert or item.word),
    )
