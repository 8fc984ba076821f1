"""Where a name is declared and where it is meant, in a text and in those beside it."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from hypertune.editors.context import word_at
from hypertune.editors.places import Place, Run
from hypertune.editors.reading import Reading
from hypertune.editors.symbols import Symbol
from hypertune.semantics import included_path
from hypertune.syntax import ast


@frozen
class Meant:
    """A symbol, the reading that knows it, and the run of the text where it was asked for."""

    symbol: Symbol
    reading: Reading
    at: Run

    @property
    def place(self) -> Place | None:
        """Where it is declared."""
        return self.reading.place(self.symbol.declared)


def symbol_at(reading: Reading, offset: int, others: Sequence[Reading] = ()) -> Meant | None:
    """The symbol whose name touches a place; in a broken text as far as the last tree tells.

    Args:
        reading: the text.
        offset: the place in it.
        others: readings of other texts; what includes this one may declare what it uses.

    """
    word = word_at(reading.text, offset)
    if word is None:
        return None
    here = Place(reading.name, word.start, word.end)
    for each in (reading, *others):
        for symbol in each.symbols:
            if symbol.name == word.text and here in each.places(symbol):
                return Meant(symbol, each, here.run)
    return None


def definition(reading: Reading, offset: int, others: Sequence[Reading] = ()) -> Place | None:
    """Where the name at a place is declared, or the beginning of the file included there."""
    meant = symbol_at(reading, offset, others)
    return meant.place if meant else _file_at(reading, offset)


def _file_at(reading: Reading, offset: int) -> Place | None:
    for statement in reading.tree.value.statements if reading.tree else ():
        if isinstance(statement, ast.Include):
            written = reading.place(statement.path.span)
            path = included_path(reading.name, statement.path)
            file = reading.files.get(path)
            if written and written.start <= offset <= written.end and file:
                return Place(path, 0, 0) if file.text is not None else None
    return None


def references(
    reading: Reading, offset: int, declaration: bool = True, others: Sequence[Reading] = ()
) -> tuple[Place, ...]:
    """Every place where the name at a place is meant, in source order, this text first."""
    meant = symbol_at(reading, offset, others)
    if meant is None:
        return ()
    readings = (reading, *others)
    found = linked(meant, readings)
    if not declaration:
        found -= {
            place for each in readings for s in each.symbols if (place := each.place(s.declared))
        }
    return tuple(sorted(found, key=lambda place: (place.name != reading.name, place)))


def linked(meant: Meant, readings: Sequence[Reading]) -> set[Place]:
    """The places of a name in all readings: what two of them share, they call alike."""
    sets = [reading.places(symbol) for reading in readings for symbol in reading.symbols]
    found, grown = meant.reading.places(meant.symbol), True
    while grown:
        grown = False
        for places in sets:
            if not places.isdisjoint(found) and not places <= found:
                found |= places
                grown = True
    return found
