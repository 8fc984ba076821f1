"""`npz`: arrays of the user's, `x` with a row per example and `y` with its target.

Units: as stored; bytes become [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from hypertune.catalogue import Arg, Args, Seen, SourceType, Unreadable, not_there


def _arrays(args: Args) -> tuple[Any, Any]:
    """Examples and targets, as a network can take them."""
    import numpy as np

    file = args["file"]
    try:
        with np.load(Path(file).expanduser(), allow_pickle=False) as arrays:
            missing = [name for name in ("x", "y") if name not in arrays]
            if missing:
                there = ", ".join(f"`{name}`" for name in arrays) or "none"
                raise Unreadable(f"{file} has no array `{missing[0]}`; there are {there}")
            x, y = arrays["x"], arrays["y"]
    except OSError as fault:
        if fault.strerror:
            raise not_there(file, "file", fault) from None
        raise Unreadable(f"{file} is no .npz file of numbers", "file") from None
    except (BadZipFile, ValueError, EOFError, TypeError):
        raise Unreadable(f"{file} is no .npz file of numbers", "file") from None
    _check(file, x, y)
    return (x if x.dtype == np.uint8 else x.astype(np.float64)), y


def _check(file: str, x: Any, y: Any) -> None:
    import numpy as np

    for name, array in (("x", x), ("y", y)):
        if array.dtype.kind not in "iuf":
            raise Unreadable(f"the array `{name}` of {file} holds no numbers")
        if not np.isfinite(array).all():
            raise Unreadable(f"the array `{name}` of {file} has numbers that are not finite")
    if y.ndim != 1 or x.ndim < 2 or len(x) != len(y) or x.size == 0:
        shapes = f"`x` is {x.shape} and `y` is {y.shape}"
        raise Unreadable(f"in {file} {shapes}; a row of `x` for each number of `y` is wanted")
    if y.dtype.kind != "f" and (y.min() < 0 or y.max() < 1):
        raise Unreadable(f"the classes in `y` of {file} must count from 0, two or more")


def _look(args: Args) -> Seen:
    x, y = _arrays(args)
    classes = 0 if y.dtype.kind == "f" else int(y.max()) + 1
    return Seen(tuple(x.shape[1:]), classes, {"all": len(y)})


def _load(args: Args) -> Mapping[str, tuple[Any, Any]]:
    return {"all": _arrays(args)}


NPZ = SourceType(
    name="npz",
    doc="Arrays of yours: `x` with a row per example, `y` with whole numbers from 0 for classes "
    "or floats for a real target",
    args=(Arg("file", "path", "the file"),),
    shape=(),
    classes=0,
    sizes={},
    load=_load,
    look=_look,
)
