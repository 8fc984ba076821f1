"""Where the files lie that a source or a method names."""

from __future__ import annotations

from collections.abc import Callable
from os.path import relpath
from pathlib import Path

from attrs import evolve

from hypertune.catalogue.arguments import Arg
from hypertune.ir import Call


def in_full(call: Call, declared: tuple[Arg, ...]) -> Call:
    """A call whose files are found from any working directory.

    Args:
        call: as settled; its relative paths are seen from the present working directory.
        declared: the arguments of its kind.

    """
    return _changed(call, declared, lambda path: str(Path(path).expanduser().absolute()))


def beside(call: Call, declared: tuple[Arg, ...], folder: Path) -> Call:
    """A call as a spec in `folder` has to write it; arguments as for `in_full`."""
    return _changed(call, declared, lambda path: from_folder(path, folder))


def from_folder(path: str, folder: Path) -> str:
    """A path of the working directory as a file in a folder names it."""
    fixed = Path(path).is_absolute() or path.startswith("~")
    return path if fixed else relpath(path, folder)


def _changed(call: Call, declared: tuple[Arg, ...], change: Callable[[str], str]) -> Call:
    paths = {arg.name for arg in declared if arg.type == "path"}
    args = {
        name: change(value) if name in paths and isinstance(value, str) and value else value
        for name, value in call.args.items()
    }
    return evolve(call, args=args)
