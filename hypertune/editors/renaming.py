"""What it would take to call a name otherwise, in every text that knows it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from posixpath import basename
from typing import Final

from attrs import frozen

from hypertune.diagnostics import Source, Span
from hypertune.editors.navigating import Meant, linked, symbol_at
from hypertune.editors.places import Place, Run, replaced
from hypertune.editors.reading import Reading, read
from hypertune.editors.symbols import Symbol
from hypertune.editors.vocabulary import RESERVED

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")


class CannotRename(Exception):
    """Why a name cannot be changed; the text is the message."""


def renamable(reading: Reading, offset: int, others: Sequence[Reading] = ()) -> Meant:
    """The symbol that can be renamed at a place.

    Raises:
        CannotRename: if there is none, or a text that may use it is broken or missing.

    """
    if reading.tree is None or not reading.tree.current:
        raise CannotRename("the spec cannot be read as it stands: mend its mistakes first")
    _check_files(reading)
    meant = symbol_at(reading, offset, others)
    if meant is None:
        raise CannotRename("only names that this spec declares can be changed")
    return meant


def rename(
    reading: Reading, offset: int, name: str, others: Sequence[Reading] = ()
) -> tuple[Place, ...]:
    """The places where `name` is to be written, in order.

    Args:
        reading: the text in which the name was asked for.
        offset: where.
        name: the new one.
        others: readings of all other texts that may share a file with this one.

    Raises:
        CannotRename: if the name is none, is taken, or would change what a spec says, or if a
            text that may use it is broken or missing.

    """
    meant = renamable(reading, offset, others)
    if not _NAME.fullmatch(name):
        raise CannotRename(f"`{name}` is no name: names are `lower_snake`")
    if name in RESERVED:
        raise CannotRename(f"`{name}` is a word of the language")
    places = sorted(linked(meant, (reading, *others)))
    change = _Change(places, name, len(name) - len(meant.symbol.name))
    for each in (reading, *others):
        if change.concerns(each):
            _check_text(each)
            _check_files(each)
            if name != meant.symbol.name:
                change.check(each)
    return tuple(places)


def _check_text(reading: Reading) -> None:
    """See that an open text shows all its uses of the name."""
    if reading.tree is None or not reading.tree.current:
        where = f"`{basename(reading.name)}`, which is open as well,"
        raise CannotRename(f"{where} cannot be read as it stands: mend that first")


def _check_files(reading: Reading) -> None:
    """See that the files which a text includes show all their uses of the name."""
    for path, file in reading.files.items():
        if not file.current:
            where = f"`{basename(path)}`, which `{basename(reading.name)}` includes,"
            why = "cannot be read" if file.text is None else "cannot be read as it stands"
            raise CannotRename(f"{where} {why}: mend that first")


@frozen
class _Change:
    """Places in several texts where a name that is so much longer is to be written."""

    places: Sequence[Place]
    name: str
    longer: int

    @property
    def files(self) -> set[str]:
        return {place.name for place in self.places}

    def concerns(self, reading: Reading) -> bool:
        """Whether a text holds one of the places, or may do so for all that can be read of it."""
        if reading.tree is None:
            return any(basename(file) in reading.text for file in self.files)
        return not self.files.isdisjoint({reading.name, *reading.files})

    def runs(self, file: str) -> list[Run]:
        return [place.run for place in self.places if place.name == file]

    def check(self, reading: Reading) -> None:
        """See that a text with the new name is as right as it was, and means the same."""

        def beside(path: str) -> Source:
            return Source(path, self.applied(reading, path))

        text = self.applied(reading, reading.name)
        after = read(text, reading.name, reading.catalogue, beside=beside)
        known = Counter(found.code for found in reading.findings)
        for found in after.findings:
            known[found.code] -= 1
            if found.severity == "error" and known[found.code] < 0:
                raise CannotRename(found.message)
        moved = {_shape(symbol, self.moved) for symbol in reading.symbols}
        if moved != {_shape(symbol, lambda place: place.start) for symbol in after.symbols}:
            raise CannotRename(f"`{self.name}` already means something else here")

    def applied(self, reading: Reading, file: str) -> str:
        """The text of a file that a reading knows, with the new name."""
        text = reading.text_of(file)
        assert text is not None  # all its files can be read
        return replaced(text, self.runs(file), self.name)

    def moved(self, place: Span) -> int:
        """Where a run of an old text begins in the new one."""
        starts = [start for start, _ in self.runs(place.source.name)]
        return place.start + self.longer * bisect_left(starts, place.start)


def _shape(symbol: Symbol, start: Callable[[Span], int]) -> tuple[object, ...]:
    """What a symbol is and where it is meant, whatever it is called."""
    places = [(place.source.name, start(place)) for place in symbol.places]
    return symbol.sort, places[0], tuple(sorted(places[1:]))
