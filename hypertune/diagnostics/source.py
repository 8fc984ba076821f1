"""Source text and spans of it."""

from __future__ import annotations

from bisect import bisect_right

from attrs import field, frozen


@frozen
class Source:
    """One `.hspec` text (or a command line) and the name to print for it."""

    name: str
    text: str = field(repr=False)
    _starts: tuple[int, ...] = field(init=False, repr=False, eq=False)

    @_starts.default
    def _find_starts(self) -> tuple[int, ...]:
        # Looked up once: locating a mistake must stay cheap in a spec of thousands of lines.
        starts, at = [0], self.text.find("\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.text.find("\n", at + 1)
        return tuple(starts)

    def line(self, number: int) -> str:
        """The text of line `number`, counted from 1, without its line break."""
        start = self._starts[number - 1]
        end = self._starts[number] - 1 if number < len(self._starts) else len(self.text)
        return self.text[start:end].removesuffix("\r")

    def locate(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`, both counted from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1


@frozen
class Span:
    """A half-open run of characters, `text[start:end]`, within one source."""

    source: Source = field(repr=False, eq=False)
    start: int
    end: int

    @property
    def position(self) -> tuple[int, int]:
        """Line and column of the first character, counted from 1."""
        return self.source.locate(self.start)

    @property
    def text(self) -> str:
        return self.source.text[self.start : self.end]

    def first(self, count: int) -> Span:
        """Its first characters."""
        return Span(self.source, self.start, self.start + count)

    def to(self, other: Span) -> Span:
        """From the start of this span to the end of `other`."""
        return Span(self.source, self.start, other.end)
