"""Changed checkpoints, resumed: each is refused in words, or goes on as a training should.

    PYTHONPATH=. python tests/fuzzing/checkpoints.py [--mutants 2000] [--seed 0]

A worker process resumes the mutants one after another; if one kills it, the mutant's number is
told and a new worker goes on behind it. Half of the mutants have bytes changed, the others parts
of their tree, with a checksum as it should be. Such a forgery may make torch raise an exception
(one parameter of several has no momentum); these are told, and counted apart.
"""

from __future__ import annotations

import argparse
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator
from math import inf, nan
from pathlib import Path
from typing import Any

import torch

sys.path.insert(0, str(Path(__file__).parents[1]))

from tiny import TINY

import hypertune
from hypertune.runs import RunError
from hypertune.runs.checkpoint import Checkpoint, encode, read_checkpoint
from hypertune.runtime import Reported
from hypertune.runtime.snapshots import copied

_ODD: list[Any] = [None, True, False, 0, 1, -1, 2, 10**18, 0.5, -0.5, 1e308, inf, nan, "", "x"]


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    keys = tree.keys() if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from places(tree[key])


def mutated_tree(tree: Any, dice: random.Random) -> None:
    """Change one part of a tree in place."""
    holder, key = dice.choice([*places(tree)])
    match dice.randrange(4):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[dice.choice([0, 1, 99, "0", "step", "exp_avg"])] = holder[key]
        case 2:
            other, place = dice.choice([*places(tree)])
            holder[key] = copied(other[place])  # or a tree could hold itself
        case _:
            holder[key] = mutated_value(holder[key], dice)


def mutated_value(value: Any, dice: random.Random) -> Any:
    """Another value in its place; for a tensor often one of another shape or type."""
    if isinstance(value, torch.Tensor) and dice.random() < 0.8:
        flat = value.reshape(-1)
        others = [
            flat[:1].clone(),
            flat[:-1].clone(),
            torch.zeros(()),
            value.double(),
            value.to(torch.int64),
            value.to(torch.bfloat16),
            torch.full_like(value, nan),
            torch.full_like(value, -1),
            torch.full_like(value, 1e38),
            value.unsqueeze(0),
            torch.zeros(0),
            value.clone().t() if value.dim() == 2 else flat.clone(),
        ]
        return dice.choice(others)
    return dice.choice(_ODD)


def mutated_bytes(content: bytes, dice: random.Random) -> bytes:
    """A few bytes changed, taken out, or put in."""
    changed = bytearray(content)
    for _ in range(dice.randint(1, 4)):
        header = dice.random() < 0.7
        at = dice.randrange(min(len(changed), 9000) if header else len(changed))
        match dice.randrange(3):
            case 0:
                changed[at] = dice.randrange(256)
            case 1:
                del changed[at : at + dice.randint(1, 9)]
            case _:
                changed[at:at] = dice.randbytes(dice.randint(1, 9))
    return bytes(changed)


def mutant(path: Path, seed: int) -> bytes:
    """The checkpoint in a file, changed."""
    dice = random.Random(seed)
    if seed % 2:
        return mutated_bytes(path.read_bytes(), dice)
    found = read_checkpoint(path)
    mutated_tree(found.state, dice)
    return encode(Checkpoint(found.step, found.rows, found.state))


def stopped_run(folder: Path) -> Path:
    """A run that was stopped while it tuned."""
    spec = folder / "tiny.hspec"
    spec.write_text(TINY)

    def stop(event: object) -> None:
        if isinstance(event, Reported) and event.step >= 6:
            signal.raise_signal(signal.SIGINT)

    return hypertune.train(spec, out=folder / "stopped", sinks=[stop]).path


def resumed(run: Path, out: Path, seed: int) -> str:
    """What comes of a run with one mutant: `refused`, or how it ended."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(run, out)
    (out / "last.safetensors").write_bytes(mutant(run / "last.safetensors", seed))
    try:
        return str(hypertune.resume(out).summary["outcome"])
    except RunError:
        return "refused"


def work(run: Path, first: int, last: int) -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last):
            print(seed, flush=True)
            try:
                print(resumed(run, Path(folder, "run"), seed), flush=True)
            except Exception as fault:
                *_, frame = traceback.walk_tb(fault.__traceback__)
                whose = "TORCH" if "torch" in Path(frame[0].f_code.co_filename).parts else "FAULT"
                print(f"{whose} {type(fault).__name__}: {fault}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutants", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        run, first, last = options.worker
        work(Path(run), int(first), int(last))
        return 0
    counts: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder:
        run = stopped_run(Path(folder))
        at, end = options.seed, options.seed + options.mutants
        while at < end:
            words = [sys.executable, __file__, "--worker", str(run), str(at), str(end)]
            done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
            lines = done.stdout.splitlines()
            for number, verdict in zip(lines[::2], lines[1::2], strict=False):
                kind = {"FAULT": "fault", "TORCH": "torch"}.get(verdict[:5], verdict)
                counts[kind] = counts.get(kind, 0) + 1
                if kind in ("fault", "torch"):
                    print(f"mutant {number}: {verdict}")
            at = int(lines[-1]) + 1 if len(lines) % 2 else end
            if len(lines) % 2:
                print(f"mutant {lines[-1]}: killed its process ({done.returncode})")
                counts["killed"] = counts.get("killed", 0) + 1
    print(counts)
    return min(1, counts.get("fault", 0) + counts.get("killed", 0))


if __name__ == "__main__":
    sys.exit(main())
