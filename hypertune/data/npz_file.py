"""`npz`: arrays of the user's, `x` with a row per example and `y` with its target.

Units: as stored; bytes become [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypertune.catalogue import Arg, Args, Seen, SourceType, Unreadable
from hypertune.data.looking import once
from hypertune.data.other_files import OTHER_FILES, other_files
from hypertune.data.packed_arrays import read_arrays

Pair = tuple[Any, Any]


def read_pair(file: str, classes: bool | None = None, argument: str = "file") -> Pair:
    """Examples and targets as a network can take them; targets that are classes are whole.

    Raises:
        Unreadable: if they cannot be used.

    """
    import numpy as np

    x, y = read_arrays(file, ("x", "y"), argument)
    if y.ndim != 1 or x.ndim < 2 or len(x) != len(y) or x.size == 0:
        shapes = f"`x` is {x.shape} and `y` is {y.shape}"
        raise Unreadable(f"in {file} {shapes}; a row of `x` for each number of `y` is wanted")
    if x.dtype != np.uint8 and x.dtype.kind != "f":
        x = x.astype(np.float64)
    if classes is False or (classes is None and y.dtype.kind == "f"):
        return x, y.astype(np.float64)
    if y.dtype.kind == "f" and (y != np.round(y)).any():
        at = int(np.argmax(y != np.round(y)))
        why = f"`y[{at}]` of {file} is {y[at]}, and classes are whole numbers"
        raise Unreadable(
            f"{why}; leave `classes = true` out if `y` is to be predicted as a number"
        )
    return x, _checked_classes(file, y)


def _checked_classes(file: str, y: Any) -> Any:
    import numpy as np

    there = np.unique(y)
    if len(there) < 2:
        raise Unreadable(f"`y` of {file} is {there[0]} everywhere")
    if there[0] != 0 or there[-1] != len(there) - 1:
        raise Unreadable(
            f"the classes in `y` of {file} must count from 0 without a hole, and they are "
            f"{len(there)} from {there[0]:_} to {there[-1]:_}; number them by "
            f"`numpy.unique(y, return_inverse=True)[1]`, or write `classes = false` if `y` is to "
            f"be predicted as a number"
        )
    return y.astype(np.int64)


def _other(file: str, args: Args, argument: str, x: Any, y: Any) -> Pair:
    """A file that is not trained on; its examples are as those that are."""
    import numpy as np

    first = args["file"]
    other_x, other_y = read_arrays(file, ("x", "y"), argument)
    if other_x.shape[1:] != x.shape[1:] or other_y.shape != other_x.shape[:1] or not other_y.size:
        shapes = f"`x` is {other_x.shape} and `y` {other_y.shape}"
        raise Unreadable(f"in {file} {shapes}, and in {first} `x` is {x.shape}", argument)
    if (other_x.dtype == np.uint8) != (x.dtype == np.uint8):
        raise Unreadable(f"`x` is of bytes in one of {first} and {file} only", argument)
    if y.dtype.kind == "i":
        strange = ~np.isin(other_y, np.unique(y))
        if strange.any():
            at = int(np.argmax(strange))
            why = f"`y[{at}]` of {file} is {other_y[at]}, a class of no training example"
            raise Unreadable(why, argument)
    return other_x.astype(x.dtype, copy=False), other_y.astype(y.dtype)


def _load(args: Args) -> Mapping[str, Pair]:
    x, y = read_pair(args["file"], args["classes"])
    others = other_files(args)
    more = {part: _other(file, args, part, x, y) for part, file in others.items()}
    return {"train" if others else "all": (x, y), **more}


def _look(args: Args) -> Seen:
    parts = _load(args)
    x, y = parts.get("all") or parts["train"]
    classes = int(y.max()) + 1 if y.dtype.kind == "i" else 0
    return Seen(tuple(x.shape[1:]), classes, {part: len(pair[1]) for part, pair in parts.items()})


NPZ = SourceType(
    name="npz",
    doc="Arrays of yours: `x` with a row per example, `y` with whole numbers from 0 for classes "
    "or floats for a real target",
    args=(
        Arg("file", "path", "the file"),
        Arg(
            "classes",
            "bool",
            "whether `y` stands for classes; without it, whole numbers do and floats do not",
            default=None,
        ),
        *OTHER_FILES,
    ),
    shape=(),
    classes=0,
    sizes={},
    load=_load,
    look=once(_look),
)
