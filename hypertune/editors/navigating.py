"""Where a name is declared, where it is meant, and what it would take to call it otherwise."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable
from typing import Final

from attrs import frozen

from hypertune.diagnostics import Span
from hypertune.editors.context import word_at
from hypertune.editors.reading import Reading, read
from hypertune.editors.symbols import Symbol, symbols
from hypertune.editors.vocabulary import RESERVED

Run = tuple[int, int]  # of characters: where it starts and ends

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class CannotRename(Exception):
    """Why a name cannot be changed; the text is the message."""


@frozen
class Meant:
    """A symbol, and the run of the text through which it was asked for."""

    symbol: Symbol
    at: Run


def symbol_at(reading: Reading, offset: int) -> Meant | None:
    """The symbol whose name touches a place; in a broken text as far as the last tree tells."""
    word = word_at(reading.text, offset)
    if reading.tree is None or word is None:
        return None
    old = reading.tree.before(word.start)
    for symbol in symbols(reading.tree.value):
        if symbol.name == word.text and any(place.start == old for place in symbol.places):
            return Meant(symbol, (word.start, word.end))
    return None


def definition(reading: Reading, offset: int) -> Run | None:
    """Where the name at a place is declared."""
    meant = symbol_at(reading, offset)
    if meant is None or reading.tree is None:
        return None
    return reading.tree.now(meant.symbol.declared.start, meant.symbol.declared.end)


def references(reading: Reading, offset: int, declaration: bool = True) -> tuple[Run, ...]:
    """Every place where the name at a place is meant, in source order."""
    meant = symbol_at(reading, offset)
    if meant is None or reading.tree is None:
        return ()
    places = meant.symbol.places if declaration else tuple(meant.symbol.uses)
    runs = (reading.tree.now(place.start, place.end) for place in places)
    return tuple(sorted(run for run in runs if run))


def renamable(reading: Reading, offset: int) -> Meant:
    """The symbol that can be renamed at a place.

    Raises:
        CannotRename: if there is none, or the text is broken.

    """
    if reading.tree is None or not reading.tree.current:
        raise CannotRename("the spec cannot be read as it stands: mend its mistakes first")
    meant = symbol_at(reading, offset)
    if meant is None:
        raise CannotRename("only names that this spec declares can be changed")
    return meant


def rename(reading: Reading, offset: int, name: str) -> tuple[Run, ...]:
    """The runs to be replaced by `name`.

    Raises:
        CannotRename: if the name is none, is taken, or would change what the spec says.

    """
    symbol = renamable(reading, offset).symbol
    if not _NAME.fullmatch(name):
        raise CannotRename(f"`{name}` is no name: names are `lower_snake`")
    if name in RESERVED:
        raise CannotRename(f"`{name}` is a word of the language")
    runs = references(reading, offset)
    if name != symbol.name:
        _check(reading, symbol, runs, name)
    return runs


def replaced(text: str, runs: tuple[Run, ...], name: str) -> str:
    """The text with `name` in the place of each run; they are in order and do not overlap."""
    parts, last = [], 0
    for start, end in runs:
        parts += [text[last:start], name]
        last = end
    return "".join([*parts, text[last:]])


def _check(reading: Reading, symbol: Symbol, runs: tuple[Run, ...], name: str) -> None:
    """See that the text with the new name is as right as it was, and means the same."""
    after = read(replaced(reading.text, runs, name), reading.name, reading.catalogue)
    known = [d.code for d in reading.findings]
    for diagnostic in after.findings:
        if diagnostic.code in known:
            known.remove(diagnostic.code)
        elif diagnostic.severity == "error":
            raise CannotRename(diagnostic.message)
    assert reading.tree is not None
    assert after.tree is not None  # otherwise there would be a mistake
    longer = len(name) - len(symbol.name)
    starts = [start for start, _ in runs]

    def moved(place: Span) -> int:
        return place.start + longer * bisect_left(starts, place.start)

    before = {_shape(found, moved) for found in symbols(reading.tree.value)}
    if before != {_shape(found, lambda place: place.start) for found in symbols(after.tree.value)}:
        raise CannotRename(f"`{name}` already means something else here")


def _shape(symbol: Symbol, place: Callable[[Span], int]) -> tuple[object, ...]:
    """What a symbol is and where it is meant, whatever it is called."""
    return symbol.sort, place(symbol.declared), tuple(sorted(map(place, symbol.uses)))
