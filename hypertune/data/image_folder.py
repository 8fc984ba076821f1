"""`images`: a folder of the user's pictures, one folder per class in it.

Units: pixels in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any
from warnings import catch_warnings, simplefilter

from hypertune.catalogue import Arg, Args, Seen, SourceType, Unreadable, not_there
from hypertune.data.bounds import MOST_DECODED, MOST_PIXELS
from hypertune.data.main_memory import check_fits
from hypertune.data.picture_cache import cached
from hypertune.data.user_files import regular_file
from hypertune.ir import Shape

_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp"})


def classes_in(folder: str) -> dict[str, list[Path]]:
    """The pictures of each class, classes and pictures in the order of their names.

    Raises:
        Unreadable: if there is no such folder, or less than two classes in it.

    """
    root = Path(folder).expanduser()
    try:
        below = sorted(path for path in root.iterdir() if path.is_dir() and not _is_hidden(path))
        found = {path.name: _pictures(path) for path in below}
    except OSError as fault:
        raise not_there(folder, "folder", fault) from None
    found = {name: pictures for name, pictures in found.items() if pictures}
    if len(found) < 2:
        raise Unreadable(
            f"{folder} holds {len(found)} folders with pictures; two or more are wanted, "
            f"one for each class"
        )
    return found


def _is_hidden(path: Path) -> bool:
    """What programs keep for themselves, such as `.ipynb_checkpoints`."""
    return path.name.startswith(".")


def _pictures(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in _SUFFIXES and not _is_hidden(path)
    )


def _read(path: Path) -> Any:
    """One picture of 8 bits: grey as it is, all others as red, green and blue."""
    from PIL import Image

    regular_file(str(path), "folder")
    try:
        with catch_warnings():
            simplefilter("ignore", Image.DecompressionBombWarning)  # it is measured below
            picture = Image.open(path)
        with picture:
            _check(path, picture)
            return picture.convert("L" if picture.mode in ("1", "L") else "RGB")
    except Unreadable:
        raise
    except Image.DecompressionBombError:
        raise Unreadable(_too_large(path)) from None
    except Exception as fault:  # whatever a decoder makes of bytes that it cannot read
        raise Unreadable(f"{path} is no picture that can be read: {fault}") from None


def _check(path: Path, picture: Any) -> None:
    """Refuse a picture whose pixels are too many, or would be cut to 8 bits."""
    if picture.width * picture.height > MOST_PIXELS:
        raise Unreadable(_too_large(path))
    if picture.mode.startswith(("I", "F")):
        raise Unreadable(
            f"{path} is a grey picture of more than 8 bits a pixel, which would be lost; save all "
            f"of them with 8 bits, or as arrays for the source `npz`"
        )


def _too_large(path: Path) -> str:
    return f"{path} has more than the {MOST_PIXELS:_} pixels that are read of a picture"


def _shape(picture: Any) -> Shape:
    return (len(picture.getbands()), picture.height, picture.width)


def _look(args: Args) -> Seen:
    classes = classes_in(args["folder"])
    first = next(iter(classes.values()))[0]
    count = sum(map(len, classes.values()))
    return Seen(_shape(_read(first)), len(classes), {"all": count}, class_names=tuple(classes))


def _load(args: Args) -> Mapping[str, tuple[Any, Any]]:
    import numpy as np

    classes = list(classes_in(args["folder"]).values())
    places = [place for place, pictures in enumerate(classes) for _ in pictures]
    paths = [path for pictures in classes for path in pictures]
    shape = _shape(_read(paths[0]))
    folder, whole = str(args["folder"]), (len(paths), *shape)

    def decode(x: Any) -> None:
        _decode(x, paths, shape)

    if prod(whole) > MOST_DECODED:
        return {"all": (cached(folder, paths, shape, decode), np.array(places))}
    check_fits(prod(whole), f"{folder} of {len(paths):_} pictures", "folder")
    x = np.empty(whole, np.uint8)
    decode(x)
    return {"all": (x, np.array(places))}


def _decode(x: Any, paths: Sequence[Path], shape: Shape) -> None:
    """Write the pixels of each picture into its row."""
    import numpy as np

    for row, path in zip(x, paths, strict=True):
        picture = _read(path)
        if _shape(picture) != shape:
            raise Unreadable(
                f"{path} is {_told(_shape(picture))}, and {paths[0]} {_told(shape)}; "
                f"make all pictures alike"
            )
        row[:] = np.asarray(picture).reshape(*shape[1:], shape[0]).transpose(2, 0, 1)


def _told(shape: Shape) -> str:
    channels, height, width = shape
    return f"{width} by {height} in {'grey' if channels == 1 else 'colour'}"


IMAGES = SourceType(
    name="images",
    doc="A folder of your pictures, all of one size: a folder for each class in it. More than 64 "
    "MiB of pixels are decoded once and kept below ~/.cache/hypertune; those that do not fit into "
    "half of the free memory are read from there as they are needed",
    args=(Arg("folder", "path", "the folder"),),
    shape=(),
    classes=0,
    sizes={},
    width=1,
    load=_load,
    look=_look,
)
