"""model.safetensors: the weights of the plain, tuned network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from hypertune.runs.failures import DamagedRun
from hypertune.runs.files import read_bytes, write_atomically

_MOST = 1 << 40


def write_model(path: Path, weights: Mapping[str, Tensor]) -> None:
    write_atomically(path, safetensors.torch.save({k: x.clone() for k, x in weights.items()}))


def read_model(path: Path) -> dict[str, Tensor]:
    """The weights by their names in the plain network.

    Raises:
        DamagedRun: if the file is missing, cut short, or of another kind.

    """
    if not path.exists():
        raise DamagedRun(path, "is missing: the run made no report to keep")
    try:
        return safetensors.torch.load(read_bytes(path, _MOST))
    except (SafetensorError, RuntimeError, TypeError, ValueError, KeyError):
        raise DamagedRun(path, "is cut short, or is not a safetensors file") from None
