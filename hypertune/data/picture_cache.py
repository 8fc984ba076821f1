"""Pictures decoded once: their pixels in a file of the user's cache folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable
from hashlib import sha256
from math import prod
from pathlib import Path
from secrets import token_hex
from typing import Any

from hypertune.catalogue import Unreadable
from hypertune.data.main_memory import free_bytes, size
from hypertune.ir import Shape


def cached(
    folder: str, pictures: Iterable[Path], shape: Shape, decode: Callable[[Any], None]
) -> Any:
    """The pixels (N, …), bytes: in memory if half of what is free holds them, or memory-mapped.

    A file is taken for that of the pictures as long as their names, sizes and times stay. Older
    ones of the same folder are removed.

    Args:
        folder: of the pictures, as the user wrote it.
        pictures: in their order.
        shape: of each.
        decode: writes the pixels of all into an array.

    Raises:
        Unreadable: if the cache folder has no room for them, or cannot be written.

    """
    import numpy as np

    paths = list(pictures)
    place = cache_folder() / f"{_digest([os.fspath(Path(folder).expanduser().resolve())])}"
    file = place / f"{_digest(map(_told, paths))}.npy"
    whole = (len(paths), *shape)
    if _opened(file, whole) is None:
        _write(file, whole, decode, folder)
    found = _opened(file, whole)
    if found is None:
        raise Unreadable(f"{file} cannot be read, which holds the pixels of {folder}", "folder")
    left = free_bytes()
    return found if left is not None and found.nbytes > left // 2 else np.array(found)


def cache_folder() -> Path:
    """Where decoded pictures are kept."""
    return Path("~/.cache/hypertune/images").expanduser()


def _told(path: Path) -> str:
    about = path.stat()
    return f"{path.parent.name}/{path.name} {about.st_size} {about.st_mtime_ns}"


def _digest(words: Iterable[str]) -> str:
    return sha256("\n".join(words).encode("utf-8", "surrogateescape")).hexdigest()[:24]


def _opened(file: Path, shape: tuple[int, ...]) -> Any | None:
    """The array of a file, if it is there and whole."""
    import numpy as np

    try:
        # "c": torch warns of memory that must not be written; nothing is written to the file
        found = np.load(file, mmap_mode="c", allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return found if found.shape == shape and found.dtype == np.uint8 else None


def _write(file: Path, shape: tuple[int, ...], decode: Callable[[Any], None], folder: str) -> None:
    """Decode into a file beside, which takes its place once it is whole."""
    from numpy.lib.format import open_memmap

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _check_room(file.parent, shape, folder)
        part = file.with_name(f".{file.name}.{token_hex(4)}.part")
        try:
            pixels = open_memmap(part, mode="w+", dtype="uint8", shape=shape)
            decode(pixels)
            pixels.flush()
            for old in file.parent.glob("*.npy"):
                old.unlink(missing_ok=True)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)
    except OSError as fault:
        why = f"the pixels of {folder} cannot be kept in {file.parent}: {fault.strerror}"
        raise Unreadable(why, "folder") from None


def _check_room(place: Path, shape: tuple[int, ...], folder: str) -> None:
    wanted, left = prod(shape), shutil.disk_usage(place).free
    if wanted > left:
        raise Unreadable(
            f"the pixels of {folder} take {size(wanted)} in {place}, and {size(left)} are free",
            "folder",
        )
