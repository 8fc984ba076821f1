"""The standard image sets: read as they are, packed or not, and fetched by torchvision."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from hypertune.catalogue import Arg, Args
from hypertune.data.failures import DataDamaged, DataMissing, DownloadFailed
from hypertune.data.idx_files import WrongIdx, present, read_idx
from hypertune.ir import Shape

FILES: Final = (
    Arg(
        "root",
        "path",
        "folder that holds the files, packed (.gz) or not, or torchvision's folders of them; "
        "without it, those in $HYPERTUNE_DATA, then in ~/.cache/hypertune",
        default="",
    ),
    Arg("download", "bool", "fetch the files if they are not there", default=False),
)
_CLASSES: Final = 10
_STEMS: Final = {"train": "train", "test": "t10k"}


def folders(root: str) -> tuple[Path, ...]:
    """Where to look for files, in order; a download goes to the first."""
    if root:
        return (Path(root).expanduser(),)
    given = os.environ.get("HYPERTUNE_DATA", "")
    cache = Path("~/.cache/hypertune").expanduser()
    return (Path(given).expanduser(), cache) if given else (cache,)


@frozen
class IdxSet:
    """A set of pictures and labels in four IDX files.

    Args:
        source: its name in specs.
        torch: its class in `torchvision.datasets`, and the folder of that in a root.
        shape: of a picture, without its one channel.
        sizes: how many pictures each part has.

    """

    source: str
    torch: str
    shape: Shape
    sizes: Mapping[str, int]

    def load(self, args: Args) -> Mapping[str, tuple[Any, Any]]:
        """Pixels as bytes, channels first, and labels, by part."""
        places = self._places(args["root"])
        place = next((place for place in places if self._missing(place) == []), None)
        if place is None and args["download"]:
            root = folders(args["root"])[0]
            self._download(root)
            place = root / self.torch / "raw"
        if place is None:
            begun = (place for place in places if len(self._missing(place)) < len(self._files()))
            place = next(begun, None)
            missing = [f"{name} (or .gz)" for name in self._missing(place)] if place else []
            raise DataMissing(self.source, places, missing, place)
        return {part: self._read(place, part) for part in self.sizes}

    def _places(self, root: str) -> tuple[Path, ...]:
        """Folders that may hold the files. Of two sets the files have the same names: they lie
        side by side only where `root` says whose they are.
        """
        own = tuple(folder / self.torch / "raw" for folder in folders(root))
        return (*own, Path(root).expanduser() / "raw", Path(root).expanduser()) if root else own

    def _files(self) -> list[tuple[str, Shape]]:
        """The name of each file, and the shape of what is in it."""
        return [file for part in self.sizes for file in self._pair(part)]

    def _pair(self, part: str) -> tuple[tuple[str, Shape], tuple[str, Shape]]:
        stem, count = _STEMS[part], self.sizes[part]
        pictures = f"{stem}-images-idx{1 + len(self.shape)}-ubyte", (count, *self.shape)
        return pictures, (f"{stem}-labels-idx1-ubyte", (count,))

    def _missing(self, place: Path) -> list[str]:
        return [name for name, _ in self._files() if present(place, name) is None]

    def _read(self, place: Path, part: str) -> tuple[Any, Any]:
        pictures, labels = (self._array(place, *file) for file in self._pair(part))
        if labels.max() >= _CLASSES:
            name = self._pair(part)[1][0]
            raise DataDamaged(self.source, place, f"{name} has the label {labels.max()}")
        return pictures[:, None], labels.astype("int64")

    def _array(self, place: Path, name: str, shape: Shape) -> Any:
        path = present(place, name)
        if path is None:
            raise DataMissing(self.source, (place,), (f"{name} (or .gz)",), place)
        try:
            return read_idx(path, shape)
        except WrongIdx as fault:
            raise DataDamaged(self.source, place, f"{path.name}: {fault}") from None

    def _download(self, root: Path) -> None:
        from torchvision import datasets

        try:
            getattr(datasets, self.torch)(root, download=True)
        except (OSError, RuntimeError, ValueError, AssertionError, TypeError) as failure:
            raise DownloadFailed(self.source, root, _one_line(failure)) from failure


def _one_line(failure: Exception) -> str:
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else type(failure).__name__
