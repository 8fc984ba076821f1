"""The table of hyperparameters over time that `schedule` replays."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf, isfinite

from attrs import frozen

from hypertune.catalogue import Args, Domain, Unreadable
from hypertune.data.table_text import Sheet, read_sheet

UNITS = ("epoch", "step")

Cell = float | str  # a word, of a choice among words


@frozen
class Table:
    """Values that hold from their times on.

    Args:
        unit: of the times: `epoch`, or `step` for training batches.
        times: when each row begins to hold; they rise.
        columns: the values of each hyperparameter, one for each time.

    """

    unit: str
    times: tuple[float, ...]
    columns: Mapping[str, tuple[Cell, ...]]


def read_table(file: str) -> Table:
    """The table in a CSV file with a column `epoch` or `step`.

    Raises:
        Unreadable: if it is not there, or no such table.

    """
    sheet = read_sheet(file)
    units = [name for name in sheet.names if name in UNITS]
    if len(units) != 1:
        found = "both `epoch` and `step`" if units else "neither `epoch` nor `step`"
        raise Unreadable(f"{file} has {found}: one column says from when on a row holds", "file")
    names = [name for name in sheet.names if name not in UNITS]
    if not names:
        raise Unreadable(f"{file} has no column for a hyperparameter", "file")
    columns = {name: tuple(_cell(cell) for _, cell in sheet.full_cells(name)) for name in names}
    return Table(units[0], _times(sheet, units[0]), columns)


def check_table(args: Args, domains: Mapping[str, Domain]) -> None:
    """Hold the table against the hyperparameters of a spec.

    Args:
        args: of `schedule`.
        domains: of each hyperparameter that is a single number or word.

    Raises:
        Unreadable: at the first thing that does not fit.

    """
    file, table = args["file"], read_table(args["file"])
    for name, cells in table.columns.items():
        if name not in domains:
            known = f"it can have {', '.join(f'`{n}`' for n in domains)}" if domains else ""
            why = f"{file} has a column `{name}`, which is no hyperparameter that can be replayed"
            raise Unreadable(f"{why}; {known}" if known else why, "file", name, domains)
        for time, cell in zip(table.times, cells, strict=True):
            if why := _misfit(cell, domains[name]):
                place = f"{table.unit} {time:g}"
                raise Unreadable(f"{file}, {place}: `{name}` is {cell}, and {why}", "file")


def _misfit(cell: Cell, domain: Domain) -> str:
    """Why a value does not lie in a domain; empty if it does. Ends count as inside."""
    kind, args = domain
    words = kind.words(args)
    if words:
        return "" if cell in words else f"one of {', '.join(words)} is wanted"
    if isinstance(cell, str):
        return "a number is wanted"
    low, high = kind.bounds(args)
    if kind.discrete and cell != int(cell):
        return "a whole number is wanted"
    return "" if low <= cell <= high else f"its domain goes from {low:g} to {high:g}"


def _times(sheet: Sheet, unit: str) -> tuple[float, ...]:
    times: list[float] = []
    for line, cell in sheet.full_cells(unit):
        time, last = _cell(cell), times[-1] if times else -inf
        if isinstance(time, str) or time < 0 or time <= last:
            why = f"the column `{unit}` holds numbers from 0 on, each larger than the one before"
            raise Unreadable(f"{sheet.file}, line {line}: {cell} stands there; {why}", "file")
        times.append(time)
    return tuple(times)


def _cell(text: str) -> Cell:
    """A finite number, or the text itself."""
    try:
        number = float(text)
    except ValueError:
        return text
    return number if isfinite(number) else text
