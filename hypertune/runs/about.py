"""run.json: the facts of a run that its program does not hold."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from attrs import asdict, field, frozen
from cattrs import BaseValidationError, structure, transform_error

from hypertune.runs.failures import DamagedRun
from hypertune.runs.files import read_json, write_json
from hypertune.version import DISTRIBUTION, installed_version

FORMAT = 2
_MOST_THREADS = 1024


@frozen
class About:
    """How a run was started.

    `device` is that of layers without `on`; `started` is ISO 8601, in UTC; `catalogue` is the word
    after `--catalogue`, empty for the standard kinds: it is shown, never imported. `scaling` are
    the `mean` and `std` of the `input`, and those of a real `target`: numbers in nested lists, or
    None for 0 and 1; `fill` of the `input` is what takes the place of a missing number in each
    column, or None. `columns` names the numbers of an example, `class_names` the outputs, where
    the data has such names. `data` is the data's fingerprint. `storage` is where a study is that
    several processes work on, `jobs` how many of them are here. `processes` is how many trained
    together, each on some rows of every batch. `compiled` tells that torch compiles the losses,
    whose last bits are then others, and `captured` that they become CUDA graphs. `channels_last`
    tells that images and weights of convolutions lie in memory that way; last bits differ, too.
    """

    name: str
    tune: str
    seed: int
    device: str
    threads: int
    catalogue: str
    command: tuple[str, ...]
    started: str
    versions: Mapping[str, str]
    scaling: Mapping[str, Mapping[str, Any]]
    columns: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(factory=dict)
    storage: str = ""
    jobs: int = 1
    processes: int = 1
    compiled: bool = False
    captured: bool = False
    channels_last: bool = False

    def differences(self, now: Mapping[str, str]) -> list[str]:
        """What has another version now."""
        return [
            f"{name} was {then} and is {now[name]}"
            for name, then in self.versions.items()
            if name in now and now[name] != then
        ]


def versions() -> dict[str, str]:
    """Of python and the packages that numbers depend on."""
    names = (DISTRIBUTION, "torch", "numpy", "scikit-learn", "optuna")
    found = {name: installed_version(name) for name in names}
    return {"python": platform.python_version(), **found}


def write_about(path: Path, about: About) -> None:
    write_json(path, {"format": FORMAT, **asdict(about)})


def read_about(path: Path) -> About:
    """The facts in a run.json.

    Raises:
        DamagedRun: if it is missing, of an unknown version, or lacks something.

    """
    tree = read_json(path)
    if tree.get("format") != FORMAT:
        why = f"has run format {tree.get('format')}; this hypertune reads format {FORMAT}"
        raise DamagedRun(path, why)
    try:
        about = structure(tree, About)
    except BaseValidationError as fault:
        raise DamagedRun(path, f"is damaged: {'; '.join(transform_error(fault))}") from None
    if not 1 <= about.threads <= _MOST_THREADS:
        raise DamagedRun(
            path, f"asks for {about.threads} threads; 1 to {_MOST_THREADS} are allowed"
        )
    if not 1 <= about.jobs <= _MOST_THREADS:
        raise DamagedRun(path, f"asks for {about.jobs} jobs; 1 to {_MOST_THREADS} are allowed")
    numbers = [value for scaling in about.scaling.values() for value in scaling.values()]
    if not all(map(_is_scaling, numbers)):
        raise DamagedRun(path, "scales data by what are no numbers")
    return about


def _is_scaling(value: Any) -> bool:
    """Whether it is nothing, a finite number, or lists of such."""
    if isinstance(value, list):
        return all(map(_is_scaling, value))
    return value is None or (isinstance(value, int | float) and isfinite(value))
