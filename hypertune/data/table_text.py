"""The text of a table: a line of names, then a row of cells per example."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from attrs import frozen

from hypertune.catalogue import Unreadable, not_there
from hypertune.data.bounds import MOST_TABLE_BYTES
from hypertune.data.user_files import regular_file, told_by

Row = tuple[int, list[str]]  # the line that it begins in, and its cells


@frozen
class Sheet:
    """The names above, and the rows that are not empty."""

    file: str
    names: tuple[str, ...]
    rows: list[Row]

    def cells(self, name: str) -> Iterator[tuple[int, str]]:
        """The line and the text of each cell of a column; some may be empty."""
        at = self.names.index(name)
        return ((line, cells[at].strip()) for line, cells in self.rows)

    def full_cells(self, name: str, advice: str = "") -> Iterator[tuple[int, str]]:
        """The same of a column without empty cells.

        Raises:
            Unreadable: at one that is empty.

        """
        for line, cell in self.cells(name):
            if not cell:
                raise Unreadable(
                    f"{self.file}, line {line}: the column `{name}` is empty; "
                    f"fill it in, or leave the line or the column out{advice}"
                )
            yield line, cell


def read_sheet(file: str, argument: str = "file") -> Sheet:
    """The cells of a table in UTF-8.

    Args:
        file: as the user wrote it.
        argument: of the source, which names it.

    Raises:
        Unreadable: if it is not there, no table, or its rows differ in length.

    """
    names, rows = _header_and_rows(file, _text(file, argument))
    other = next((sign for sign in ";\t|" if len(names) == 1 and sign in names[0]), "")
    if other:
        between = "tabs" if other == "\t" else f"`{other}`"
        raise Unreadable(
            f"the columns of {file} are parted by {between}; write `,` there", argument
        )
    if len(set(names)) < len(names) or "" in names or (rows and not names):
        raise Unreadable(f"the first line of {file} must name each column, each otherwise")
    for line, cells in rows:
        if len(cells) != len(names):
            raise Unreadable(f"{file}, line {line} has {len(cells)} of {len(names)} columns")
    if not rows:
        raise Unreadable(f"{file} has no rows")
    return Sheet(file, names, rows)


def _text(file: str, argument: str) -> str:
    path = regular_file(file, argument)
    try:
        with path.open("rb") as stream:
            content = stream.read(MOST_TABLE_BYTES + 1)
    except OSError as fault:
        raise not_there(file, argument, fault) from None
    if len(content) > MOST_TABLE_BYTES:
        raise Unreadable(
            f"{file} is larger than the {MOST_TABLE_BYTES // 2**20} MiB that are read of a table; "
            f"save its numbers as arrays, for the source `npz`",
            argument,
        )
    try:
        text = content.decode("utf-8-sig")
        wrong = content.find(b"\0")
    except UnicodeDecodeError as fault:
        wrong = fault.start
    if wrong < 0:
        return text
    what = told_by(content)
    if what:
        raise Unreadable(f"{file} is no table of text in UTF-8; it is {what}", argument)
    line = content.count(b"\n", 0, wrong) + 1
    why = f"{file}, line {line} is no text in UTF-8: save the table in that coding"
    raise Unreadable(why, argument)


def _header_and_rows(file: str, text: str) -> tuple[tuple[str, ...], list[Row]]:
    lines: list[str] = []  # of the row that is being read

    def remembered() -> Iterator[str]:
        for line in StringIO(text, newline=""):
            lines.append(line)
            yield line

    reader = csv.reader(remembered())
    rows: list[Row] = []
    begins, last = 1, ""
    try:
        for cells in reader:
            rows.append((begins, cells))
            begins, last = reader.line_num + 1, "".join(lines)
            lines.clear()
    except csv.Error:
        raise Unreadable(
            f"{file}, line {begins}: a cell of more than {csv.field_size_limit():_} characters "
            f'begins in this row; is a quote `"` not closed there?'
        ) from None
    if rows and _is_open(last):
        raise Unreadable(f'{file}, line {rows[-1][0]}: a quote `"` in this row is never closed')
    names = tuple(name.strip() for name in rows[0][1]) if rows else ()
    return names, [row for row in rows[1:] if row[1]]


def _is_open(row: str) -> bool:
    """Whether a row ends within quotes. Only the last can: it takes all that follows."""
    try:
        list(csv.reader(StringIO(row, newline=""), strict=True))
    except csv.Error as fault:
        return "unexpected end" in str(fault)
    return False
