"""`csv`: a table of the user's, a row per example.

A column of words becomes one feature for each word, 1 where it stands and 0 elsewhere.

Units: as written; the scales of columns may differ much, so `scale = standardize` is wise.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

from attrs import frozen

from hypertune.catalogue import Arg, Args, Seen, SourceType, Unreadable
from hypertune.data.columns import Column, find_column
from hypertune.data.looking import once
from hypertune.data.other_files import OTHER_FILES, other_files
from hypertune.data.table_text import Sheet, read_sheet
from hypertune.data.targets import Target, find_target

_MOST_TOLD = 20  # names of columns


@frozen
class Rows:
    """The examples of one file: a feature's numbers in each of `columns`."""

    columns: list[array[float]]
    target: list[float]


@frozen
class Table:
    """Features as numbers, and the target as numbers or as places in `classes`, by part."""

    features: tuple[str, ...]
    classes: tuple[str, ...]
    parts: Mapping[str, Rows]

    @property
    def sizes(self) -> dict[str, int]:
        return {part: len(rows.target) for part, rows in self.parts.items()}


def read_table(
    file: str,
    target: str,
    classes: bool | None = None,
    others: Mapping[str, str] | None = None,
    missing: bool = False,
) -> Table:
    """A table with a line of names above; all columns but the target are features.

    A column that holds no number holds words, and becomes a feature for each of them. A target
    that is text, or all of `classes`, stands for classes, in the order of numbers or of the
    alphabet. `others` are tables of the same columns, by part; then the first is `train`.
    Where cells of features may be `missing`, their number is not one (`nan`), and no word stands.

    Raises:
        Unreadable: if it is not there, misses a cell, or has words among numbers.

    """
    sheet = read_sheet(file)
    _check_names(sheet, target)
    columns = [find_column(sheet, name, missing) for name in sheet.names if name != target]
    found = find_target(sheet, target, classes)
    sheets = {"train" if others else "all": sheet}
    for part, other in (others or {}).items():
        sheets[part] = read_sheet(other, part)
        _check_same_names(sheet, sheets[part], part)
    features = tuple(feature for column in columns for feature in column.features)
    parts = {part: _rows(there, columns, found) for part, there in sheets.items()}
    return Table(features, found.classes, parts)


def column_names(file: str) -> tuple[str, ...]:
    """What the columns of a table are called.

    Raises:
        Unreadable: if it is not there, or no table.

    """
    return read_sheet(file).names


def _check_names(sheet: Sheet, target: str) -> None:
    names = sheet.names
    if target not in names:
        more = f" and {len(names) - _MOST_TOLD} more" if len(names) > _MOST_TOLD else ""
        there = ", ".join(names[:_MOST_TOLD]) + more
        why = f"{sheet.file} has no column `{target}`; it has {there}"
        raise Unreadable(why, "target", target, names)
    if len(names) == 1:
        why = f"{sheet.file} has no column beside `{target}`: there is nothing to learn from"
        raise Unreadable(why)


def _check_same_names(sheet: Sheet, other: Sheet, part: str) -> None:
    for here, there in ((sheet, other), (other, sheet)):
        lacking = [name for name in here.names if name not in there.names]
        if lacking:
            why = f"{there.file} has no column `{lacking[0]}`, and {here.file} has one"
            raise Unreadable(why, part)


def _rows(sheet: Sheet, columns: list[Column], target: Target) -> Rows:
    return Rows([numbers for c in columns for numbers in c.read(sheet)], target.read(sheet))


def _read(args: Args) -> Table:
    missing = args["missing"] != "refuse"
    return read_table(args["file"], args["target"], args["classes"], other_files(args), missing)


def _look(args: Args) -> Seen:
    table = _read(args)
    shape = (len(table.features),)
    return Seen(shape, len(table.classes), table.sizes, table.features, table.classes)


def _load(args: Args) -> Mapping[str, tuple[Any, Any]]:
    import numpy as np

    table = _read(args)
    kind = np.int64 if table.classes else np.float64
    return {
        part: (np.stack([np.asarray(c) for c in rows.columns], 1), np.array(rows.target, kind))
        for part, rows in table.parts.items()
    }


CSV = SourceType(
    name="csv",
    doc="A table of yours: a line of names, then a row of numbers and words per example; "
    "a column of words becomes one feature for each word",
    args=(
        Arg("file", "path", "the table"),
        Arg("target", "string", "the column to be predicted from the others"),
        Arg(
            "classes",
            "bool",
            "whether the target stands for classes; without it, words do and numbers do not",
            default=None,
        ),
        Arg(
            "missing",
            "string",
            "what takes the place of a missing number (an empty cell, `NA`, `nan`, `?`, …): the "
            "mean or the median of its column in the training part; a missing word is none of the "
            "words",
            default="refuse",
            choices=("refuse", "mean", "median"),
        ),
        *OTHER_FILES,
    ),
    shape=(),
    classes=0,
    sizes={},
    load=_load,
    look=once(_look),
)
