"""`csv`: a table of the user's, a row per example.

A column of words becomes one feature for each word, 1 where it stands and 0 elsewhere.

Units: as written; the scales of columns may differ much, so `scale = standardize` is wise.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from attrs import frozen

from hypertune.catalogue import Arg, Args, Seen, SourceType, Unreadable, not_there

_MOST_WORDS = 50  # in one column
_MOST_TOLD = 20  # names of columns


@frozen
class Table:
    """Features as numbers, and the target as numbers or as places in `classes`."""

    features: tuple[str, ...]
    rows: list[list[float]]
    target: list[float]
    classes: tuple[str, ...]


def read_table(file: str, target: str, classes: bool = False) -> Table:
    """A table with a line of names above; all columns but the target are features.

    A column that holds no number holds words, and becomes a feature for each of them. A target
    that is text, or all of `classes`, stands for classes, in the order of numbers or of the
    alphabet.

    Raises:
        Unreadable: if it is not there, misses a cell, or has words among numbers.

    """
    names, lines = _lines(file)
    if target not in names:
        more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
        there = ", ".join(names[:_MOST_TOLD]) + more
        why = f"{file} has no column `{target}`; it has {there}"
        raise Unreadable(why, "target", target, names)
    at = names.index(target)
    if len(names) == 1:
        raise Unreadable(f"{file} has no column beside `{target}`: there is nothing to learn from")
    found_in = {name: _column(file, name, i, lines) for i, name in enumerate(names) if i != at}
    features = tuple(feature for column in found_in.values() for feature in column)
    numbers_in = [numbers for column in found_in.values() for numbers in column.values()]
    rows = [list(row) for row in zip(*numbers_in, strict=True)]
    written = [_present(file, line, target, cells[at]) for line, cells in lines]
    numbers = [_number(cell) for cell in written]
    if not classes and None not in numbers:
        return Table(features, rows, [n for n in numbers if n is not None], ())
    found = sorted(set(written), key=lambda cell: (_number(cell) or 0.0, cell))
    if len(found) < 2:
        raise Unreadable(f"the column `{target}` of {file} is `{found[0]}` everywhere")
    places = {cell: float(place) for place, cell in enumerate(found)}
    return Table(features, rows, [places[cell] for cell in written], tuple(found))


def column_names(file: str) -> tuple[str, ...]:
    """What the columns of a table are called.

    Raises:
        Unreadable: if it is not there, or no table.

    """
    return _lines(file)[0]


def _lines(file: str) -> tuple[tuple[str, ...], list[tuple[int, list[str]]]]:
    """The names above, and each row that is not empty with the number of its line."""
    try:
        with Path(file).expanduser().open(newline="", encoding="utf-8-sig") as text:
            reader = csv.reader(text)
            names = tuple(name.strip() for name in next(reader, []))
            lines = [(reader.line_num, cells) for cells in reader if cells]
    except OSError as fault:
        raise not_there(file, "file", fault) from None
    except (UnicodeDecodeError, csv.Error):
        raise Unreadable(f"{file} is no table of text in UTF-8", "file") from None
    other = next((sign for sign in ";\t|" if len(names) == 1 and sign in names[0]), "")
    if other:
        told = "tabs" if other == "\t" else f"`{other}`"
        raise Unreadable(f"the columns of {file} are parted by {told}; write `,` there", "file")
    if len(set(names)) < len(names) or "" in names:
        raise Unreadable(f"the first line of {file} must name each column, each otherwise")
    for line, cells in lines:
        if len(cells) != len(names):
            raise Unreadable(f"{file}, line {line} has {len(cells)} of {len(names)} columns")
    if not lines:
        raise Unreadable(f"{file} has no rows")
    return names, lines


def _column(
    file: str, name: str, at: int, lines: list[tuple[int, list[str]]]
) -> dict[str, list[float]]:
    """The features that a column makes: itself, or one for each of its words."""
    cells = [_present(file, line, name, row[at]) for line, row in lines]
    numbers = [_number(cell) for cell in cells]
    if None not in numbers:
        return {name: [number for number in numbers if number is not None]}
    if not all(map(_is_word, cells)):
        first = numbers.index(None)
        raise Unreadable(
            f"{file}, line {lines[first][0]}: `{cells[first]}` in the column `{name}` is no "
            f"number, and others there are; write numbers or words alone, or leave the column out"
        )
    words = sorted(set(cells))
    if len(words) > _MOST_WORDS:
        raise Unreadable(
            f"the column `{name}` of {file} holds {len(words)} different words, and {_MOST_WORDS} "
            f"are the most: leave it out, or write numbers there"
        )
    return {f"{name}={word}": [float(cell == word) for cell in cells] for word in words}


def _present(file: str, line: int, name: str, cell: str) -> str:
    if not cell.strip():
        raise Unreadable(
            f"{file}, line {line}: the column `{name}` is empty; "
            f"fill it in, or leave the line or the column out"
        )
    return cell.strip()


def _is_word(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return True
    return False


def _number(cell: str) -> float | None:
    try:
        number = float(cell)
    except ValueError:
        return None
    return number if isfinite(number) else None


def _read(args: Args) -> Table:
    return read_table(args["file"], args["target"], args["classes"])


def _look(args: Args) -> Seen:
    table = _read(args)
    count = {"all": len(table.rows)}
    shape = (len(table.features),)
    return Seen(shape, len(table.classes), count, table.features, table.classes)


def _load(args: Args) -> Mapping[str, tuple[Any, Any]]:
    import numpy as np

    table = _read(args)
    target = np.array(table.target)
    y = target.astype(np.int64) if table.classes else target
    return {"all": (np.array(table.rows), y)}


CSV = SourceType(
    name="csv",
    doc="A table of yours: a line of names, then a row of numbers and words per example; "
    "a column of words becomes one feature for each word",
    args=(
        Arg("file", "path", "the table"),
        Arg("target", "string", "the column to be told from the others; text stands for classes"),
        Arg("classes", "bool", "whether numbers in the target stand for classes", default=False),
    ),
    shape=(),
    classes=0,
    sizes={},
    load=_load,
    look=_look,
)
