"""Files that are there whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from errno import EEXIST
from math import isfinite
from pathlib import Path
from secrets import token_hex
from stat import S_ISREG
from typing import Any

from hypertune.ir.json_text import parsed
from hypertune.runs.failures import DamagedRun

MOST_JSON = 1 << 26  # bytes of run.json, program.json, summary.json


def claim(path: Path, force: bool, inputs: Iterable[str | Path] = ()) -> None:
    """Make sure that a file can be written without a loss.

    Args:
        path: the file.
        force: whether one that is there gives way.
        inputs: what is read to make it, files and folders, which never give way.

    Raises:
        FileExistsError: if it is there already, and does not give way.

    """
    if not path.exists():
        return
    for source in (Path(name) for name in inputs if str(name)):  # an argument may be empty
        if source.exists() and path.resolve().is_relative_to(source.resolve()):
            raise FileExistsError(EEXIST, "this is read here, and not written over", str(path))
    if not force:
        raise FileExistsError(EEXIST, "already there; --force writes over it", str(path))


def write_atomically(path: Path, content: bytes, durable: bool = False) -> None:
    """Replace `path` in one move: whoever is killed here leaves the old file or the new one.

    With `durable` the disk has it before the old one goes, so that a power cut loses nothing
    either; that can take seconds.
    """
    part = path.with_name(f".{path.name}.{token_hex(4)}.part")  # never a file of the user's
    try:
        with part.open("xb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException as fault:
        with suppress(OSError):  # the first one counts
            part.unlink()
        if isinstance(fault, OSError):
            fault.filename = str(path)  # the other name is nobody's business
        raise


def write_over(path: Path, content: bytes) -> None:
    """Replace a file that a user named; links, modes, pipes and devices stay what they are."""
    path = path.resolve()
    if path.exists() and not path.is_file():
        path.write_bytes(content)
        return
    mode = path.stat().st_mode if path.exists() else None
    write_atomically(path, content)
    if mode is not None:
        path.chmod(mode)


def write_json(path: Path, tree: Mapping[str, Any]) -> None:
    text = json.dumps(without_nan(tree), indent=2, ensure_ascii=False, allow_nan=False)
    # Names of files can hold bytes that are no text; backslashes make JSON's own escapes of them.
    write_atomically(path, f"{text}\n".encode(errors="backslashreplace"))


def check_file(path: Path, most: int) -> None:
    """Make sure that a file can be read to its end within bounds.

    Raises:
        DamagedRun: if it is missing, has over `most` bytes, or is no file (a pipe has no end).

    """
    try:
        about = path.stat()
    except FileNotFoundError:
        raise DamagedRun(path, "is missing") from None
    if not S_ISREG(about.st_mode):
        raise DamagedRun(path, "is not a file")
    if about.st_size > most:
        raise DamagedRun(
            path, f"is too large: {about.st_size:_} bytes, where {most:_} are the most"
        )


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a file that `check_file` lets pass."""
    check_file(path, most)
    return path.read_bytes()


def parse_json(path: Path, text: bytes | str) -> Any:
    """What JSON text from a file says.

    Raises:
        DamagedRun: if it is not JSON, or nested more deeply than any of ours.

    """
    try:
        return parsed(text)
    except (ValueError, RecursionError):
        raise DamagedRun(path, "holds what is not JSON") from None


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        DamagedRun: if it is missing, too large, or not a JSON object.

    """
    tree = parse_json(path, read_bytes(path, MOST_JSON))
    if not isinstance(tree, dict):
        raise DamagedRun(path, "does not hold a JSON object")
    return tree


def without_nan(value: Any) -> Any:
    """The same tree with null for numbers that JSON does not know."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: without_nan(v) for key, v in value.items()}
    if isinstance(value, list | tuple):
        return [without_nan(v) for v in value]
    return value
