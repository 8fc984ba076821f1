"""Checkpoints: one safetensors file each, what is not a tensor as JSON in its metadata."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import safetensors.torch
from attrs import frozen
from safetensors import SafetensorError, safe_open

from hypertune.runs.failures import DamagedRun
from hypertune.runtime.snapshots import flatten, unflatten

FORMAT = 1
_KEY = "hypertune"  # a single key, because safetensors keeps several in no certain order


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
    return safetensors.torch.save(copies, {_KEY: json.dumps(about)})


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint in a file, its tensors on the CPU.

    Raises:
        DamagedRun: if the file is cut short, is not a checkpoint, or is of an unknown version.

    """
    advice = "copy the run from a backup, or train anew"
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except FileNotFoundError:
        raise DamagedRun(path, "is missing", advice) from None
    except SafetensorError:
        why = "is cut short, or is not a checkpoint"
        raise DamagedRun(path, why, advice) from None
    try:
        about = json.loads(metadata[_KEY])
        version = about["format"]
    except (KeyError, TypeError, ValueError):
        raise DamagedRun(path, "is a safetensors file, but not a checkpoint of ours") from None
    if version != FORMAT:
        why = f"has checkpoint format {version}; this hypertune reads format {FORMAT}"
        raise DamagedRun(path, why, "resume with the version in its run.json")
    try:
        state = unflatten(tensors, about["state"])
        return Checkpoint(int(about["step"]), int(about["rows"]), state)
    except (KeyError, TypeError, ValueError, IndexError):
        raise DamagedRun(path, "does not hold together: tensors or keys are missing") from None
