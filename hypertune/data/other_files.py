"""Validation and test files of a user's own, beside the file that is trained on."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hypertune.catalogue import Arg, Args, Unreadable

OTHER_FILES: Final = (
    Arg("valid", "path", "a file of its own to validate on, instead of a part", default=""),
    Arg("test", "path", "a file of its own for the test, instead of a part", default=""),
)


def files_in(args: Args) -> tuple[str, ...]:
    """All files that the arguments of a source name, the one that is trained on first."""
    return (str(args[_first(args)]), *(str(args[a.name]) for a in OTHER_FILES if args.get(a.name)))


def other_files(args: Args) -> dict[str, str]:
    """The files that are written, by part.

    Raises:
        Unreadable: if a file stands there twice: what is tested on must not be trained on.

    """
    first = _first(args)
    found = {arg.name: str(args[arg.name]) for arg in OTHER_FILES if args.get(arg.name)}
    places = {Path(args[first]).expanduser().resolve(): first}
    for part, file in found.items():
        place = Path(file).expanduser().resolve()
        if place in places:
            raise Unreadable(f"`{places[place]}` and `{part}` are one file, {file}", part)
        places[place] = part
    return found


def _first(args: Args) -> str:
    return "train" if "train" in args else "file"
