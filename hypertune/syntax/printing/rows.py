"""Layers that share a line, and the columns that neighbouring lines share."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from attrs import define, frozen

from hypertune.syntax.printing.lines import WIDTH


@frozen
class Cell:
    """A piece of a line, and the column of the source where it began."""

    text: str
    column: int


@define
class Row:
    """`cell; cell; cell suffix`; the suffix is everything behind the layer itself."""

    cells: list[Cell]
    suffix: Cell | None = None

    def text(self) -> str:
        return " ".join(cell.text for cell in (*self.cells, self.suffix) if cell is not None)

    def widen(self, index: int, by: int) -> None:
        cell = self.cells[index]
        self.cells[index] = Cell(cell.text + " " * by, cell.column)


def align(rows: Sequence[Row], indent: int) -> None:
    """Begin in one column what the author began in one column, where there is room for that."""
    for index in range(1, max((len(row.cells) for row in rows), default=0)):
        starts = [(row.cells[index].column, row) for row in rows if index < len(row.cells)]
        _align_starts(starts, index, indent)
    _align_starts([(row.suffix.column, row) for row in rows if row.suffix], None, indent)


def _align_starts(starts: list[tuple[int, Row]], index: int | None, indent: int) -> None:
    for _, run in groupby(starts, key=itemgetter(0)):
        _pad([row for _, row in run], index, indent)


def _pad(rows: list[Row], index: int | None, indent: int) -> None:
    """Make what stands before the cell at `index` (None: the suffix) equally wide."""
    ends = [len(" ".join(cell.text for cell in row.cells[:index])) for row in rows]
    missing = [max(ends) - end for end in ends]
    if max(indent + len(r.text()) + more for r, more in zip(rows, missing, strict=True)) > WIDTH:
        return
    for row, more in zip(rows, missing, strict=True):
        row.widen((len(row.cells) if index is None else index) - 1, more)
