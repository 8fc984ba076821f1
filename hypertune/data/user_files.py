"""Files that a user names: only regular ones are opened, and those of a wrong kind are named."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Final

from hypertune.catalogue import Unreadable, not_there

_KINDS: Final = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe, which can be read but once"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)
_BEGINNINGS: Final = (
    (b"\x93NUMPY", "an array of numpy (.npy): put `x` and `y` into one file with `numpy.savez`"),
    (b"PK\x03\x04", "a zip archive, as .npz and .xlsx files are"),
    (b"\x1f\x8b", "packed by gzip: unpack it"),
    (b"PAR1", "a parquet file: save it as csv"),
    (b"\x89HDF", "an HDF5 file: save its arrays with `numpy.savez`"),
    (b"\xd0\xcf\x11\xe0", "an old Excel sheet: save it as csv"),
    (b"\xff\xfe", "text in UTF-16: save it in UTF-8"),
    (b"\xfe\xff", "text in UTF-16: save it in UTF-8"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x80", "a pickle, which is never read, because it may hold code"),
)


def regular_file(file: str, argument: str = "file") -> Path:
    """The place of a regular file; a pipe or a device, which may never end, is none.

    Args:
        file: as the user wrote it.
        argument: of the source, which names it.

    Raises:
        Unreadable: if it is not there, or something else.

    """
    path = Path(file).expanduser()
    try:
        mode = path.stat().st_mode
    except OSError as fault:
        raise not_there(file, argument, fault) from None
    except ValueError:  # a zero within the name
        raise Unreadable(f"{file!r} is no name of a file", argument) from None
    if stat.S_ISREG(mode):
        return path
    what = next((name for is_it, name in _KINDS if is_it(mode)), "no file")
    raise Unreadable(f"{file} is {what}; a regular file is wanted", argument)


def told_by(beginning: bytes) -> str:
    """What a file is that begins with these bytes; empty where they tell nothing."""
    return next((what for start, what in _BEGINNINGS if beginning.startswith(start)), "")
