"""Files that are there whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from errno import EEXIST
from math import isfinite
from pathlib import Path
from typing import Any

from hypertune.runs.failures import DamagedRun


def claim(path: Path, force: bool) -> None:
    """Make sure that a file can be written without a loss.

    Raises:
        FileExistsError: if it is there already, and need not give way.

    """
    if path.exists() and not force:
        raise FileExistsError(EEXIST, "already there; --force writes over it", str(path))


def write_atomically(path: Path, content: bytes, durable: bool = False) -> None:
    """Replace `path` in one move: whoever is killed here leaves the old file or the new one.

    With `durable` the disk has it before the old one goes, so that a power cut loses nothing
    either; that can take seconds.
    """
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException as fault:
        part.unlink(missing_ok=True)
        if isinstance(fault, OSError):
            fault.filename = str(path)  # the other name is nobody's business
        raise


def write_json(path: Path, tree: Mapping[str, Any]) -> None:
    text = json.dumps(without_nan(tree), indent=2, ensure_ascii=False, allow_nan=False)
    # Names of files can hold bytes that are no text; backslashes make JSON's own escapes of them.
    write_atomically(path, f"{text}\n".encode(errors="backslashreplace"))


def read_json(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        DamagedRun: if it is missing or not a JSON object.

    """
    try:
        tree = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise DamagedRun(path, "is missing") from None
    except ValueError:
        raise DamagedRun(path, "is not a JSON file") from None
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
