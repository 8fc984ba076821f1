"""Files in the IDX format, in which MNIST and its kin come, packed by gzip or not.

Source: LeCun, Cortes and Burges 1998, "The MNIST database", file formats.
"""

from __future__ import annotations

import gzip
import zlib
from math import prod
from pathlib import Path
from typing import Any

from hypertune.ir import Shape


class WrongIdx(Exception):
    """Why a file cannot be used; a sentence without its name."""


def present(folder: Path, name: str) -> Path | None:
    """The file of this name, or its packed twin; None if neither is there."""
    twins = (folder / name, folder / f"{name}.gz")
    return next((path for path in twins if path.is_file()), None)


def read_idx(path: Path, shape: Shape) -> Any:
    """An array of bytes that must have this shape; nothing beyond it is unpacked.

    Raises:
        WrongIdx: if it has not.

    """
    import numpy as np

    header = bytes([0, 0, 8, len(shape)]) + np.array(shape, ">u4").tobytes()
    wanted = len(header) + prod(shape)
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            content = stream.read(wanted + 1)
    except (OSError, EOFError, zlib.error) as fault:
        raise WrongIdx(getattr(fault, "strerror", None) or str(fault)) from None
    if content[:4] != header[:4]:
        raise WrongIdx(f"it is no IDX file of bytes with {len(shape)} axes")
    if len(content) < len(header):
        raise WrongIdx("it is cut short")
    if content[: len(header)] != header:
        there = np.frombuffer(content[4 : len(header)], ">u4")
        claimed = " x ".join(map(str, there))
        raise WrongIdx(f"it holds {claimed} bytes, and {' x '.join(map(str, shape))} are wanted")
    if len(content) != wanted:
        raise WrongIdx("it is cut short" if len(content) < wanted else "it has a tail")
    return np.frombuffer(content, np.uint8, offset=len(header)).reshape(shape).copy()
