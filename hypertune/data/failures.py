"""What can go wrong with somebody's data; the text is the message."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from attrs import frozen


class DataError(Exception):
    """The data cannot be had."""


@frozen
class DataMissing(DataError):
    """The files of a source are in none of the folders that were looked through.

    `missing` are those that lack in `place`, where others are.
    """

    source: str
    looked: tuple[Path, ...]
    missing: Sequence[str] = ()
    place: Path | None = None

    def __str__(self) -> str:
        if self.place:
            lacking = " and no ".join(self.missing)
            return f"of the files of `{self.source}` in {self.place} there is no {lacking}"
        folders = ", ".join(str(folder) for folder in self.looked)
        return (
            f"the files of `{self.source}` are not in {folders}; "
            f'write `download = true` after the source to fetch them, `root = "…"` to say where '
            f"they are, or set HYPERTUNE_DATA to the folder that holds them"
        )


@frozen
class DataDamaged(DataError):
    """The files of a source are there and cannot be read."""

    source: str
    folder: Path
    why: str

    def __str__(self) -> str:
        return (
            f"the files of `{self.source}` in {self.folder} cannot be read: {self.why}; "
            f"delete them and fetch them anew"
        )


@frozen
class DownloadFailed(DataError):
    """The network did not give the files of a source, or they could not be written."""

    source: str
    folder: Path
    why: str

    def __str__(self) -> str:
        return (
            f"the files of `{self.source}` could not be downloaded to {self.folder}: {self.why}; "
            f"check the connection, or lay the files out there by hand"
        )


@frozen
class NotPixels(DataError):
    """An augmentation needs pixels from 0 to 1, and images have others."""

    augmentation: str
    low: float
    high: float

    def __str__(self) -> str:
        return (
            f"`{self.augmentation}` needs pixels from 0 to 1, and those of the training part go "
            f"from {self.low:g} to {self.high:g}; give images as bytes, or divide them by the "
            f"largest pixel there can be"
        )


@frozen
class LostInRounding(DataError):
    """Numbers differ by so little that the network's precision cannot tell them apart.

    Units: `largest` and `deviation` are of the numbers less the mean that the spec writes.
    """

    what: str
    largest: float
    deviation: float

    def __str__(self) -> str:
        return (
            f"the numbers of {self.what} reach {self.largest:.3g} and deviate by "
            f"{self.deviation:.3g}: in single precision they would fall into one; write "
            f"`scale = standardize`, or take away what they have in common"
        )


@frozen
class NothingToFillWith(DataError):
    """A column whose missing numbers are to be filled in has none among the training examples."""

    column: str

    def __str__(self) -> str:
        return f"no training example has a number in the column `{self.column}`: leave it out"


@frozen
class TooLarge(DataError):
    """A number is out of the range of the network's precision."""

    largest: float
    scaled: bool  # or they were, and are too large all the same

    def __str__(self) -> str:
        scale = "" if self.scaled else "write `scale = standardize`, or "
        return (
            f"there are numbers of the size of {self.largest:.3g}, too large to be computed with; "
            f"{scale}write them in another unit"
        )


class FileUnreadable(DataError):
    """A file of the user's is not there, or not what its source needs."""
