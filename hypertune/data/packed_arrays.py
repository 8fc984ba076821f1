"""Arrays in an .npz file, none of which is unpacked before its size is known to be sane."""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any
from zipfile import ZipFile, ZipInfo

from hypertune.catalogue import Unreadable
from hypertune.data.bounds import MOST_PACKED_TIMES, MOST_UNPACKED
from hypertune.data.main_memory import check_fits, size
from hypertune.data.user_files import regular_file, told_by


def read_arrays(file: str, names: tuple[str, ...], argument: str = "file") -> tuple[Any, ...]:
    """Some arrays of finite numbers, in an order of bytes and a precision that torch knows.

    Args:
        file: as the user wrote it.
        names: of the arrays.
        argument: of the source, which names the file.

    Raises:
        Unreadable: if one is not there, holds anything else, or is too large.

    """
    path = regular_file(file, argument)
    try:
        with ZipFile(path) as archive:
            there = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            missing = [name for name in names if name not in there]
            if missing:
                listed = ", ".join(f"`{name}`" for name in there) or "none"
                why = f"{file} has no array `{missing[0]}`; there are {listed}"
                raise Unreadable(why, argument)
            arrays = [_array(archive, there[name], file, name) for name in names]
    except Unreadable:
        raise
    except Exception as fault:  # whatever zipfile and numpy make of bytes that they cannot read
        raise Unreadable(_not_readable(file, path, fault), argument) from None
    return tuple(_plain(array, file, name) for name, array in zip(names, arrays, strict=True))


def _not_readable(file: str, path: Path, fault: Exception) -> str:
    if isinstance(fault, OSError) and fault.strerror:
        return f"{file}: {fault.strerror}"
    with path.open("rb") as stream:
        what = told_by(stream.read(8))
    more = f"; it is {what}" if what and "zip" not in what else ""
    return f"{file} is no .npz file of numbers{more}"


def _array(archive: ZipFile, info: ZipInfo, file: str, name: str) -> Any:
    import numpy as np

    with archive.open(info) as stream:
        version = np.lib.format.read_magic(stream)
        read = np.lib.format.read_array_header_1_0
        if version > (1, 0):
            read = np.lib.format.read_array_header_2_0
        shape, _, kind = read(stream)
        begins = stream.tell()
    what = f"the array `{name}` of {file}"
    if kind.kind not in "biuf":
        raise Unreadable(f"{what} holds no numbers")
    count = prod(shape) * kind.itemsize
    if count != info.file_size - begins:
        listed = " x ".join(map(str, shape))
        raise Unreadable(f"{what} is damaged: it claims to be {listed} and has other bytes")
    if count > MOST_UNPACKED and count > MOST_PACKED_TIMES * info.compress_size:
        raise Unreadable(
            f"{what} unpacks to {size(count)}, more than {MOST_PACKED_TIMES} times what it takes "
            f"in the file; save it with `numpy.savez`, which packs nothing"
        )
    check_fits(2 * count, f"reading {what}")
    with archive.open(info) as stream:
        return np.lib.format.read_array(stream, allow_pickle=False)


def _plain(array: Any, file: str, name: str) -> Any:
    """Numbers of the machine's own order of bytes; floats of 32 or 64 bits."""
    import numpy as np

    kind = array.dtype.newbyteorder("=")
    if kind.kind == "f" and kind.itemsize not in (4, 8):
        kind = np.dtype(np.float32 if kind.itemsize < 4 else np.float64)
    with np.errstate(over="ignore"):  # what a double cannot hold becomes infinite, and is reported
        array = array.astype(kind, copy=False)
    if kind.kind == "f" and not np.isfinite(array).all():
        place = np.argwhere(~np.isfinite(array))[0].tolist()
        where = f"{name}[{', '.join(map(str, place))}]"
        raise Unreadable(
            f"the array `{name}` of {file} has numbers that are not finite: `{where}` is "
            f"{array[tuple(place)]}"
        )
    return array
