"""model.safetensors: the weights of the plain, tuned network."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from hypertune.runs.failures import DamagedRun
from hypertune.runs.files import read_bytes, write_atomically

_MOST = 1 << 40


def write_model(path: Path, weights: Mapping[str, Tensor]) -> str:
    """Write the weights; the SHA-256 of the file."""
    content = safetensors.torch.save({k: x.clone() for k, x in weights.items()})
    write_atomically(path, content)
    return sha256(content).hexdigest()


def read_model(path: Path, checksum: str) -> dict[str, Tensor]:
    """The weights by their names in the plain network.

    Args:
        path: the file.
        checksum: as `write_model` gave it.

    Raises:
        DamagedRun: if the file is missing, or another than the run wrote.

    """
    if not path.exists():
        raise DamagedRun(path, "is missing: no weights of this run were kept")
    content = read_bytes(path, _MOST)
    if sha256(content).hexdigest() != checksum:
        raise DamagedRun(path, "is not what this run wrote: it was changed, or is of another run")
    try:
        return safetensors.torch.load(content)
    except (SafetensorError, RuntimeError, TypeError, ValueError, KeyError):
        raise DamagedRun(path, "is not a safetensors file") from None
