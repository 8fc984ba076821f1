"""The one place that knows how a diagnostic looks."""

from __future__ import annotations

from collections.abc import Iterable
from unicodedata import category, east_asian_width

from attrs import frozen

from hypertune.diagnostics.diagnostic import Diagnostic, Note
from hypertune.diagnostics.source import Span
from hypertune.terminal import visible

_LONGEST = 160  # characters of a line that are shown
_ANSI = {
    "error": "\x1b[1;31m",
    "warning": "\x1b[1;33m",
    "title": "\x1b[1m",
    "frame": "\x1b[1;34m",
    "help": "\x1b[1;36m",
    "note": "\x1b[1;36m",
}


def render_all(diagnostics: Iterable[Diagnostic], colour: bool = False) -> str:
    """Each as `render` gives it, a blank line between two."""
    return "\n\n".join(render(d, colour) for d in diagnostics)


def render(diagnostic: Diagnostic, colour: bool = False) -> str:
    """Title, caret, notes, help: the same order every time."""
    placed = [c for c in diagnostic.details if isinstance(c, Note) and c.span is not None]
    spans = [diagnostic.span, *(n.span for n in placed)]
    gutter = max((len(str(s.position[0])) for s in spans if s is not None), default=1)
    page = _Page(gutter, colour)
    severity = diagnostic.severity
    head = page.paint(severity, f"{severity}[{diagnostic.code}]")
    out = [head + page.paint("title", f": {visible(diagnostic.message)}")]
    if diagnostic.span is not None:
        out.append(page.arrow("-->", diagnostic.span))
        out += page.snippet(diagnostic.span, diagnostic.fill(diagnostic.label), "^", severity)
    for note in placed:
        out += page.note(note, diagnostic.span)
    rest = [c for c in diagnostic.details if not (isinstance(c, Note) and c.span is not None)]
    if rest and len(out) > 1:
        out.append(page.edge())
    for child in rest:
        kind = type(child).__name__.lower()
        out.append(
            f"{' ' * gutter} {page.paint('frame', '=')} {page.paint(kind, kind)}: "
            f"{visible(child.text)}"
        )
    return "\n".join(out)


@frozen
class _Page:
    """How wide the gutter is, and whether there is colour."""

    gutter: int
    colour: bool

    def paint(self, style: str, text: str) -> str:
        return f"{_ANSI[style]}{text}\x1b[0m" if self.colour else text

    def edge(self, number: str = "") -> str:
        return self.paint("frame", f"{number:>{self.gutter}} |")

    def arrow(self, arrow: str, span: Span) -> str:
        line, column = span.position
        frame = self.paint("frame", f"{' ' * self.gutter}{arrow}")
        return f"{frame} {visible(span.source.name)}:{line}:{column}"

    def note(self, note: Note, main: Span | None) -> list[str]:
        assert note.span is not None
        elsewhere = main is None or note.span.source.name != main.source.name
        head = [self.arrow(":::", note.span)] if elsewhere else []
        return head + self.snippet(note.span, note.text, "-", "frame")

    def snippet(self, span: Span, label: str, mark: str, style: str) -> list[str]:
        line, column = span.position
        text, start = _window(span.source.line(line), column - 1)
        before, marked = text[:start], text[start : start + span.end - span.start]
        # A tab under a tab keeps the caret in place however wide the reader's tabs are.
        indent = "".join("\t" if c == "\t" else " " * _width(c) for c in before)
        carets = mark * max(1, sum(map(_width, marked)))
        return [
            self.edge(),
            f"{self.edge(str(line))} {visible(text)}",
            f"{self.edge()} {indent}{self.paint(style, f'{carets} {visible(label)}'.rstrip())}",
        ]


def _window(text: str, at: int) -> tuple[str, int]:
    """What to show of a line, and where the character at `at` stands in that."""
    if len(text) <= _LONGEST:
        return text, at
    first = max(0, at - _LONGEST // 2)
    last = first + _LONGEST
    head, tail = "…" * (first > 0), "…" * (last < len(text))
    return head + text[first:last] + tail, at - first + len(head)


def _width(character: str) -> int:
    """How many columns of a terminal a character takes."""
    if character != "\t" and category(character) in ("Mn", "Me"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1
