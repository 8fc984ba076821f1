"""First specs for tables, pictures and arrays."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from attrs import frozen

from hypertune.catalogue import Seen, Unreadable, from_folder
from hypertune.data.csv_table import Table, read_table
from hypertune.data.image_folder import IMAGES
from hypertune.data.npz_file import NPZ, read_pair
from hypertune.draft.sizes import suited
from hypertune.draft.text import Network, spec

_MOST_CHANNELS = 4  # of a picture; where the first axis is longer, channels may well come last
_FEW = 20  # different whole numbers, which may well be classes
_MOST_SHOWN = 5  # of them
_FEWEST = 10  # examples, so that no part of the split is empty
_OR_CLASSES = "; `--classes` makes a class of each of its values"
_OR_REGRESSION = "; `--regression` tells the number itself"


class Undecided(Exception):
    """Nothing says whether the target is a class or a number; the text asks for it."""


@frozen
class Draft:
    """The text of a spec, and how the target was understood, in words for its author."""

    text: str
    understood: str


def draft_for_table(
    file: str,
    target: str,
    classes: bool | None = None,
    folder: Path | None = None,
    test: str = "",
    missing: str = "",
) -> Draft:
    """A commented spec that trains on a table as it stands, from a folder (or the present one).

    Args:
        file: the table.
        target: the column to be predicted.
        classes: whether it stands for classes; None if that is to be seen from the table.
        folder: where the spec is going to be.
        test: a table that is kept for the test.
        missing: how missing numbers are filled in, if they may be.

    Raises:
        Unreadable: if the table cannot be used.
        Undecided: if nothing says what the target is.

    """
    table = read_table(file, target, classes, {"test": test} if test else None, missing != "")
    _check_decided(target, table.parts["train" if test else "all"].target, table, classes)
    seen = Seen((len(table.features),), len(table.classes), table.sizes)
    other = "" if classes is not None or table.classes else _OR_CLASSES
    what, understood = _understood(target, table.classes, other)
    count = _examples(seen)
    said = f"Tells `{target}` ({what}) from the other columns of {file}, {count:_} rows."
    source = f'csv("{_written(file, folder)}", target = "{_plain(target)}"'
    source += f', missing = "{missing}"' * (missing != "") + _more(classes, test, folder)
    return Draft(_spec(said, source, seen, Network.TABLE), understood)


def draft_for_images(pictures: str, folder: Path | None = None) -> Draft:
    """A commented spec that trains on a folder of pictures as it stands; `folder` as above.

    Raises:
        Unreadable: if the folder cannot be used.

    """
    seen = IMAGES.seen({"folder": pictures})
    count = seen.sizes["all"]
    said = f"Tells the {seen.classes} classes of {count:_} pictures in {pictures} apart."
    source = f'images("{_written(pictures, folder)}")'
    facts = Seen(seen.shape, seen.classes, seen.sizes)
    text = _spec(said, source, facts, Network.PICTURES)
    return Draft(text, _understood("the folder", seen.class_names)[1])


def draft_for_arrays(
    file: str, classes: bool | None = None, folder: Path | None = None, test: str = ""
) -> Draft:
    """A commented spec that trains on arrays as it stands; arguments as above.

    Raises:
        Unreadable: if the arrays cannot be used.
        Undecided: if nothing says what `y` is.

    """
    found = NPZ.seen({"file": file, "classes": classes, "valid": "", "test": test})
    seen = Seen(found.shape, found.classes, found.sizes)
    if classes is None:
        y = read_pair(file)[1].tolist()
        many = seen.classes > _FEW
        if many or not seen.classes:
            _ask_if_whole("y", y, most=len(y) if many else _FEW)
    names = tuple(map(str, range(seen.classes)))
    other = _OR_REGRESSION if names else _OR_CLASSES
    what, understood = _understood("y", names, "" if classes is not None else other)
    said = f"Tells `y` ({what}) from `x` in {file}, {_examples(seen):_} rows."
    pictures = len(seen.shape) == 3 and seen.shape[0] <= _MOST_CHANNELS
    network = Network.PICTURES if pictures else Network.TABLE
    source = f'npz("{_written(file, folder)}"{_more(classes, test, folder)}'
    return Draft(_spec(said, source, seen, network), understood)


def _check_decided(name: str, target: Iterable[float], table: Table, classes: bool | None) -> None:
    """A column of numbers says nothing if they are few and whole."""
    if classes is None and not table.classes:
        _ask_if_whole(name, target, _FEW)


def _ask_if_whole(name: str, target: Iterable[float], most: int) -> None:
    numbers = list(target)
    there = sorted(set(numbers))
    if len(there) > most or 2 * len(there) > len(numbers):
        return
    if all(float(number).is_integer() for number in there):
        said = ", ".join(f"{number:.0f}" for number in there[:_MOST_SHOWN])
        said += ", …" * (len(there) > _MOST_SHOWN)
        raise Undecided(
            f"`{name}` holds {len(there)} different whole numbers ({said}): are they classes or "
            f"amounts? Add --classes if each of them stands for a class, --regression if the "
            f"number itself is to be predicted"
        )


def _understood(name: str, classes: tuple[str, ...], other: str = "") -> tuple[str, str]:
    """What the target is, in a word; and in words for the author of the spec."""
    if not classes:
        return "a number", f"`{name}` is predicted as a number{other}"
    what = f"one of {len(classes)} classes"
    said = ", ".join(classes[:_MOST_SHOWN]) + ", …" * (len(classes) > _MOST_SHOWN)
    return what, f"`{name}` is predicted as {what}: {said}{other}"


def _more(classes: bool | None, test: str, folder: Path | None) -> str:
    """The arguments that tables and arrays have in common, and the end of the call."""
    said = "" if classes is None else f", classes = {str(classes).lower()}"
    return said + (f', test = "{_written(test, folder)}")' if test else ")")


def _written(path: str, folder: Path | None) -> str:
    """A path as a spec in a folder names it."""
    return _plain(path if folder is None else from_folder(path, folder))


def _plain(name: str) -> str:
    if '"' in name or not name.isprintable():
        raise Unreadable(f"a spec cannot write the name {name!r}: choose a plainer one")
    return name


def _examples(seen: Seen) -> int:
    return seen.sizes.get("all", seen.sizes.get("train", 0))


def _spec(about: str, source: str, seen: Seen, network: Network) -> str:
    count = _examples(seen)
    if count < _FEWEST:
        raise Unreadable(f"too few examples to split: {count}, where {_FEWEST} are the least")
    if 2 * seen.classes > count:
        raise Unreadable(
            f"there are {seen.classes:_} classes among {count:_} examples: of a class that is "
            f"seen but once nothing can be learnt; choose another target"
        )
    sizes = suited(count, own_test="test" in seen.sizes, pictures=network is Network.PICTURES)
    about = about if about.isprintable() else "A first spec."
    return spec(about, source, seen, network, sizes)
