"""Columns of features: of numbers, or of words, of which each becomes a feature."""

from __future__ import annotations

from array import array
from math import nan

from attrs import frozen

from hypertune.catalogue import Unreadable
from hypertune.data.bounds import MOST_WORDS
from hypertune.data.table_text import Sheet
from hypertune.data.targets import NO_WORDS, is_missing, is_word, number

_FILL = ', or write `missing = "mean"` (or `"median"`) in the source'


@frozen
class Column:
    """A column of features: of numbers, or of these words, some of them `missing` or none."""

    name: str
    words: tuple[str, ...]
    missing: bool

    @property
    def features(self) -> tuple[str, ...]:
        return tuple(f"{self.name}={word}" for word in self.words) or (self.name,)

    def read(self, sheet: Sheet) -> list[array[float]]:
        """Its numbers in a table, for each of its features.

        Raises:
            Unreadable: at a cell that does not fit.

        """
        cells = list(_cells(sheet, self.name, self.missing))
        if self.words:
            known = {*self.words} | ({cell for _, cell in cells if is_missing(cell, NO_WORDS)})
            for line, cell in cells:
                if cell not in (known if self.missing else self.words):
                    there = f"{sheet.file}, line {line}: `{cell}` in the column `{self.name}`"
                    raise Unreadable(f"{there} stands in no training example")
            return [array("d", [cell == word for _, cell in cells]) for word in self.words]
        return [array("d", [self._number(sheet, line, cell) for line, cell in cells])]

    def _number(self, sheet: Sheet, line: int, cell: str) -> float:
        found = number(cell)
        if found is not None:
            return found
        if self.missing and is_missing(cell):
            return nan
        advice = _FILL if is_missing(cell) else ""
        raise Unreadable(
            f"{sheet.file}, line {line}: `{cell}` in the column `{self.name}` is no number, and "
            f"others there are; write numbers or words alone, or leave the column out{advice}"
        )


def find_column(sheet: Sheet, name: str, missing: bool) -> Column:
    """What a column holds: words if all of its cells are, otherwise numbers.

    Raises:
        Unreadable: if it holds too many words, or nothing.

    """
    cells = [cell for _, cell in _cells(sheet, name, missing)]
    if missing and all(map(is_missing, cells)):
        raise Unreadable(f"the column `{name}` of {sheet.file} holds nothing: leave it out")
    if missing and all(number(cell) is not None or is_missing(cell) for cell in cells):
        return Column(name, (), missing)
    known = [cell for cell in cells if not (missing and is_missing(cell, NO_WORDS))]
    if not all(map(is_word, known)):
        return Column(name, (), missing)
    words = sorted(set(known))
    if len(words) > MOST_WORDS:
        raise Unreadable(
            f"the column `{name}` of {sheet.file} holds {len(words)} different words, and "
            f"{MOST_WORDS} are the most: leave it out, or write numbers there"
        )
    return Column(name, tuple(words), missing)


def _cells(sheet: Sheet, name: str, missing: bool) -> list[tuple[int, str]]:
    return list(sheet.cells(name) if missing else sheet.full_cells(name, _FILL))
