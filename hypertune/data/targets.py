"""What is to be predicted from the other columns: a number, or one of some classes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import isfinite

from attrs import frozen

from hypertune.catalogue import Unreadable
from hypertune.data.table_text import Sheet

NO_WORDS = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "?"})
_NO_NUMBERS = NO_WORDS | {"none", "-", "."}


def number(cell: str) -> float | None:
    """The finite number that a cell holds, if it is one."""
    try:
        found = float(cell)
    except ValueError:
        return None
    return found if isfinite(found) and "_" not in cell else None


def is_word(cell: str) -> bool:
    """Whether a cell is text, neither a number nor one that is not finite."""
    try:
        float(cell)
    except ValueError:
        return True
    return "_" in cell


def is_missing(cell: str, among: frozenset[str] = _NO_NUMBERS) -> bool:
    """Whether a cell says that nothing is known: among numbers, or among words (`NO_WORDS`)."""
    return cell.lower() in among


@frozen
class Target:
    """A column of a table, and its classes in the order of numbers and then of the alphabet."""

    name: str
    classes: tuple[str, ...]
    places: dict[Decimal | str, int]

    def read(self, sheet: Sheet) -> list[float]:
        """Its numbers, or the places of its classes, in a table.

        Raises:
            Unreadable: at a cell that is none, or a class that the first table does not have.

        """
        read = self._place if self.classes else self._number
        return [read(sheet.file, line, cell) for line, cell in sheet.full_cells(self.name)]

    def _place(self, file: str, line: int, cell: str) -> float:
        place = self.places.get(_key(cell))
        if place is None:
            raise Unreadable(
                f"{file}, line {line}: no training example has the class `{cell}` that stands in "
                f"the column `{self.name}`"
            )
        return float(place)

    def _number(self, file: str, line: int, cell: str) -> float:
        found = number(cell)
        if found is None:
            raise Unreadable(
                f"{file}, line {line}: `{cell}` in the column `{self.name}` is no finite number"
            )
        return found


def find_target(sheet: Sheet, name: str, classes: bool | None) -> Target:
    """What a column of a table holds: classes if it is all words, or if `classes` says so.

    Raises:
        Unreadable: if it is neither words nor numbers alone, or the same everywhere.

    """
    cells = list(sheet.full_cells(name))
    words = all(is_word(cell) for _, cell in cells)
    odd = next(((line, cell) for line, cell in cells if number(cell) is None), None)
    if odd and not (words and classes is not False):
        _refuse_odd(sheet, name, classes, *odd)
    if not (words or classes):
        return Target(name, (), {})
    spellings: dict[Decimal | str, str] = {}
    for _, cell in cells:
        key = _key(cell)
        known = spellings.setdefault(key, cell)
        if len(cell) < len(known):
            spellings[key] = cell
    if len(spellings) < 2:
        raise Unreadable(f"the column `{name}` of {sheet.file} is `{cells[0][1]}` everywhere")
    keys = _in_order(spellings)
    return Target(name, tuple(spellings[key] for key in keys), {k: i for i, k in enumerate(keys)})


def _refuse_odd(sheet: Sheet, name: str, classes: bool | None, line: int, cell: str) -> None:
    """Raise where numbers and other things stand in one column, unless all shall be classes."""
    there = f"{sheet.file}, line {line}: `{cell}` in the column `{name}` is no number"
    if classes is False:
        raise Unreadable(f"{there}, and its target shall be one, as `classes = false` says")
    if classes is None:
        raise Unreadable(
            f"{there}, and others there are; fill it in or leave the line out, or write "
            f"`classes = true` if each of them stands for a class"
        )
    if is_missing(cell) or not is_word(cell):
        raise Unreadable(f"{there} and no class; fill it in, or leave the line out")


def _key(cell: str) -> Decimal | str:
    """What tells classes apart: `1` and `1.0` are one."""
    return cell if number(cell) is None else Decimal(cell)


def _in_order(keys: Iterable[Decimal | str]) -> list[Decimal | str]:
    found = list(keys)
    numbers = sorted(key for key in found if isinstance(key, Decimal))
    return [*numbers, *sorted(key for key in found if isinstance(key, str))]
