"""The standard image sets, read by torchvision from a folder of the user's."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hypertune.catalogue import Arg, Args
from hypertune.data.failures import DataDamaged, DataMissing, DownloadFailed

FILES = (
    Arg(
        "root",
        "path",
        "folder that holds the files; without it, $HYPERTUNE_DATA, then ~/.cache/hypertune",
        default="",
    ),
    Arg("download", "bool", "fetch the files if they are not there", default=False),
)


def folders(root: str) -> tuple[Path, ...]:
    """Where to look for files, in order; a download goes to the first."""
    if root:
        return (Path(root).expanduser(),)
    told = os.environ.get("HYPERTUNE_DATA", "")
    cache = Path("~/.cache/hypertune").expanduser()
    return (Path(told).expanduser(), cache) if told else (cache,)


def reader(source: str, kind: str, folder: str) -> Callable[[Args], Mapping[str, tuple[Any, Any]]]:
    """What loads a set by torchvision: pixels as bytes, channels first, by part.

    Args:
        source: its name in specs.
        kind: its class in `torchvision.datasets`.
        folder: where torchvision lays its files out, within the root.

    """

    def load(args: Args) -> Mapping[str, tuple[Any, Any]]:
        looked = folders(args["root"])
        found = [root for root in looked if any((root / folder).glob("*"))]
        if not found and not args["download"]:
            raise DataMissing(source, looked)
        root = found[0] if found else looked[0]
        if args["download"]:
            _download(source, kind, root)
        return {part: _read(source, kind, root, part) for part in ("train", "test")}

    return load


def _download(source: str, kind: str, root: Path) -> None:
    from torchvision import datasets

    try:
        for train in (True, False):
            getattr(datasets, kind)(root, train=train, download=True)
    except (OSError, RuntimeError) as failure:
        raise DownloadFailed(source, root, _one_line(failure)) from failure


def _read(source: str, kind: str, root: Path, part: str) -> tuple[Any, Any]:
    from torchvision import datasets

    try:
        whole = getattr(datasets, kind)(root, train=part == "train")
    except (OSError, RuntimeError, ValueError, AssertionError, TypeError) as failure:
        raise DataDamaged(source, root, _one_line(failure)) from failure
    return whole.data[:, None].numpy(), whole.targets.numpy()


def _one_line(failure: Exception) -> str:
    lines = str(failure).strip().splitlines()
    return lines[0] if lines else type(failure).__name__
