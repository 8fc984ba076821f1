"""Offsets in a text, and lines and columns as editors count them."""

from __future__ import annotations

import re
from bisect import bisect_right

from attrs import field, frozen

_BREAK = re.compile(r"\r\n|\n|\r")
_BYTES = {"utf-8": 1, "utf-16": 2, "utf-32": 4}  # of one unit


@frozen
class Lines:
    """A text whose places an editor names by line and column, both counted from 0.

    Units: columns are in units of `encoding`, UTF-16 unless the editor agreed to another;
    offsets are in characters.

    """

    text: str = field(repr=False)
    encoding: str = "utf-16"
    _starts: tuple[int, ...] = field(init=False, repr=False, eq=False)

    @_starts.default
    def _find_starts(self) -> tuple[int, ...]:
        return (0, *(found.end() for found in _BREAK.finditer(self.text)))

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character."""
        line = bisect_right(self._starts, offset) - 1
        return line, self._units(self.text[self._starts[line] : offset])

    def offset(self, line: int, column: int) -> int:
        """The character at a line and column; a place beyond a line's end is its end."""
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[line]
        ending = _BREAK.search(self.text, start)
        end = ending.start() if ending else len(self.text)
        if column >= self._units(self.text[start:end]):
            return end
        while column > 0:
            column -= self._units(self.text[start])
            start += 1
        return start

    def _units(self, text: str) -> int:
        # No byte order mark is written where the order is said.
        name = self.encoding if self.encoding == "utf-8" else f"{self.encoding}-le"
        return len(text.encode(name, "surrogatepass")) // _BYTES[self.encoding]
