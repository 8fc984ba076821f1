"""Checkpoints: one safetensors file each, what is not a tensor as JSON in its metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import safetensors.torch
import torch
from attrs import frozen
from safetensors import SafetensorError, safe_open
from torch import Tensor

from hypertune.runs.failures import DamagedRun
from hypertune.runs.files import check_file, parse_json
from hypertune.runtime.snapshots import Tree, flatten, unflatten
from hypertune.runtime.templates import mismatch, size_of

FORMAT = 2
_KEY = "hypertune"  # a single key, because safetensors keeps several in no certain order
_HEADER = 100_000_000  # bytes, the most that safetensors allows
_ADVICE = "copy the run from a backup, or train anew"


@frozen
class Checkpoint:
    """A training at one step; `rows` are the rows of events.jsonl that had been written."""

    step: int
    rows: int
    state: dict[str, Any]


def encode(checkpoint: Checkpoint) -> bytes:
    tensors, skeleton = flatten(checkpoint.state)
    about = {
        "format": FORMAT,
        "step": checkpoint.step,
        "rows": checkpoint.rows,
        "state": skeleton,
    }
    copies = {name: x.detach().to("cpu", copy=True).contiguous() for name, x in tensors.items()}
    about["sha256"] = _checksum(copies, about)
    return safetensors.torch.save(copies, {_KEY: json.dumps(about)})


def read_checkpoint(path: Path, like: Tree | None = None) -> Checkpoint:
    """The checkpoint in a file, its tensors on the CPU.

    Args:
        path: the file.
        like: what its state must be like, as `template` gives it; anything, if None.

    Raises:
        DamagedRun: if the file is cut short, changed, not a checkpoint, of an unknown version, or
            not one of this run.

    """
    check_file(path, 1 << 62 if like is None else size_of(like) + _HEADER)
    tensors, about = _content(path)
    version = about.get("format")
    if version != FORMAT:
        why = f"has checkpoint format {version}; this hypertune reads format {FORMAT}"
        raise DamagedRun(path, why, "resume with the version in its run.json")
    if about.pop("sha256", None) != _checksum(tensors, about):
        raise DamagedRun(path, "was changed after it was written", _ADVICE)
    try:
        state = unflatten(tensors, about["state"])
        found = Checkpoint(_count(about["step"]), _count(about["rows"]), state)
    except (KeyError, TypeError, ValueError, IndexError, RecursionError):
        raise DamagedRun(path, "does not hold together: tensors or keys are missing") from None
    why = "" if like is None else mismatch(state, like, "its state")
    if why:
        raise DamagedRun(path, f"is not of this program: {why}", _ADVICE)
    return found


def _content(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The tensors in a file, and our JSON beside them."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, RuntimeError, TypeError, ValueError):
        raise DamagedRun(path, "is cut short, or is not a checkpoint", _ADVICE) from None
    about = parse_json(path, metadata.get(_KEY, "null"))
    if not isinstance(about, dict) or "format" not in about:
        raise DamagedRun(path, "is a safetensors file, but not a checkpoint of ours")
    return tensors, about


def _checksum(tensors: Mapping[str, Tensor], about: Mapping[str, Any]) -> str:
    """Of all that a checkpoint says. Units: a second for 1.4 GB."""
    found = sha256(json.dumps(about).encode())
    for name, x in sorted(tensors.items()):
        found.update(json.dumps([name, str(x.dtype), *x.shape]).encode())
        found.update(x.reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


def _count(number: Any) -> int:
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number < 1 << 53:
        return number
    raise ValueError
