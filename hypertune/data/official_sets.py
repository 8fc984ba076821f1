"""Standard sets that torchvision reads, from files that are the official ones bit for bit.

Some of these files are pickles, which can hold code. None is opened before its checksum is that of
the published file.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from hypertune.catalogue import Arg, Args
from hypertune.data.failures import DataDamaged, DataMissing, DownloadFailed
from hypertune.data.standard_sets import folders

OFFICIAL_FILES: Final = (
    Arg(
        "root",
        "path",
        "folder that holds the unpacked files as torchvision lays them out; without it, "
        "$HYPERTUNE_DATA, then ~/.cache/hypertune",
        default="",
    ),
    Arg("download", "bool", "fetch the files if they are not there", default=False),
)


@frozen
class OfficialSet:
    """A set of pictures in colour and their labels.

    Args:
        source: its name in specs.
        torch: its class in `torchvision.datasets`.
        options: what that is called with for each part.

    """

    source: str
    torch: str
    options: Mapping[str, Mapping[str, Any]]

    def load(self, args: Args) -> Mapping[str, tuple[Any, Any]]:
        """Pixels as bytes, channels first, and labels, by part."""
        from torchvision import datasets

        kind = getattr(datasets, self.torch)
        looked = self._roots(kind, args["root"])
        root = next((root for root in looked if not self._missing(kind, root)), None)
        if root is None and args["download"]:
            root = looked[0]
            self._download(kind, root)
        if root is None:
            files = len(_files(kind))
            begun = (root for root in looked if len(self._missing(kind, root)) < files)
            place = next(begun, None)
            raise DataMissing(self.source, looked, self._missing(kind, place), place)
        self._check(kind, root)
        return {part: _arrays(kind(root, **options)) for part, options in self.options.items()}

    def _roots(self, kind: Any, root: str) -> tuple[Path, ...]:
        """Where to look; a `root` may be the folder of the files itself, or the one above."""
        looked = folders(root)
        own = root and looked[0].name == getattr(kind, "base_folder", None)
        return (looked[0].absolute().parent, *looked) if own else looked

    def _missing(self, kind: Any, root: Path | None) -> list[str]:
        return [name for name, _ in _files(kind) if root and not (root / name).is_file()]

    def _check(self, kind: Any, root: Path) -> None:
        from torchvision.datasets.utils import check_integrity

        for name, checksum in _files(kind):
            if not check_integrity(root / name, checksum):
                why = f"{name} is not the published file, as its checksum tells"
                raise DataDamaged(self.source, root, why)

    def _download(self, kind: Any, root: Path) -> None:
        from torchvision.datasets.utils import download_and_extract_archive, download_url

        try:
            if hasattr(kind, "tgz_md5"):
                download_and_extract_archive(kind.url, root, None, kind.filename, kind.tgz_md5)
            else:
                for part in self.options:
                    url, name, checksum = kind.split_list[part]
                    download_url(url, root, name, checksum)
        except (OSError, RuntimeError) as failure:
            why = (str(failure).strip() or type(failure).__name__).splitlines()[0]
            raise DownloadFailed(self.source, root, why) from failure


def _files(kind: Any) -> list[tuple[str, str]]:
    """Each file of a set below its root, and the checksum that torchvision publishes for it."""
    if hasattr(kind, "split_list"):
        return [tuple(kind.split_list[part][1:3]) for part in ("train", "test")]
    named = [*kind.train_list, *kind.test_list, (kind.meta["filename"], kind.meta["md5"])]
    return [(f"{kind.base_folder}/{name}", checksum) for name, checksum in named]


def _arrays(part: Any) -> tuple[Any, Any]:
    import numpy as np

    if hasattr(part, "labels"):
        return part.data, part.labels
    return np.ascontiguousarray(part.data.transpose(0, 3, 1, 2)), np.array(part.targets)
