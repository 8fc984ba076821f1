"""Run folders with a changed file: each is refused in words, or does what a right one does.

    PYTHONPATH=. python tests/fuzzing/run_folders.py [--mutants 2000] [--seed 0]

A worker process resumes or exports the mutants one after another; if one kills it, the mutant's
number is told and a new worker goes on behind it. Every other mutant has bytes changed, or parts
of its tree, with a checksum as it should be. Such a forgery may make torch raise an exception
(one parameter of several has no momentum); these are told, and counted apart.
"""

from __future__ import annotations

import argparse
import json
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

import hypertune
from fuzzing.runs import make_runs, stop_after
from hypertune.data import DataError
from hypertune.diagnostics import SpecError
from hypertune.jobs.exporting import export
from hypertune.jobs.trained import load_run
from hypertune.runs import RunError
from hypertune.runs.checkpoint import Checkpoint, encode, read_checkpoint
from hypertune.runtime.snapshots import copied

_EXPORTED = ("summary.json", "model.safetensors")
_LET_BE = ("spec.hspec", "lock", "best.safetensors")  # the last is as `last.safetensors`
_ODD: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    10**18,
    10**400,
    0.5,
    -0.5,
    1e308,
    inf,
    nan,
    "",
    "x",
]


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every container of a tree with each of its keys."""
    keys = tree.keys() if isinstance(tree, dict) else range(len(tree))
    for key in keys:
        yield tree, key
        if isinstance(tree[key], dict | list):
            yield from places(tree[key])


def mutated_tree(tree: Any, rng: random.Random) -> None:
    """Change one part of a tree in place."""
    holder, key = rng.choice([*places(tree)])
    match rng.randrange(4):
        case 0 if isinstance(holder, dict):
            del holder[key]
        case 1 if isinstance(holder, dict):
            holder[rng.choice([0, 1, 99, "0", "step", "exp_avg"])] = holder[key]
        case 2:
            other, place = rng.choice([*places(tree)])
            holder[key] = copied(other[place])  # or a tree could hold itself
        case _:
            holder[key] = mutated_value(holder[key], rng)


def mutated_value(value: Any, rng: random.Random) -> Any:
    """Another value in its place; for a tensor often one of another shape or type."""
    if isinstance(value, torch.Tensor) and rng.random() < 0.8:
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
        return rng.choice(others)
    return rng.choice(_ODD)


def mutated_bytes(content: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, taken out, or put in."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        header = rng.random() < 0.7
        at = rng.randrange(min(len(changed), 9000) if header else len(changed))
        match rng.randrange(3):
            case 0:
                changed[at] = rng.randrange(256)
            case 1:
                del changed[at : at + rng.randint(1, 9)]
            case _:
                changed[at:at] = rng.randbytes(rng.randint(1, 9))
    return bytes(changed)


def mutant(path: Path, rng: random.Random) -> bytes:
    """A file of a run, changed."""
    if rng.random() < 0.5 or path.name == "model.safetensors":
        return mutated_bytes(path.read_bytes(), rng)
    if path.suffix in (".json", ".jsonl"):
        trees = (
            [json.loads(line) for line in path.read_text().splitlines()]
            if (path.suffix == ".jsonl")
            else [json.loads(path.read_text())]
        )
        mutated_tree(trees, rng)
        return "".join(f"{json.dumps(tree)}\n" for tree in trees).encode()
    found = read_checkpoint(path)
    mutated_tree(found.state, rng)
    return encode(Checkpoint(found.step, found.rows, found.state))


def outcome_of(runs: Path, out: Path, seed: int) -> str:
    """What comes of a run with one mutant: `refused`, or what was done with it."""
    rng = random.Random(seed)
    run = rng.choice(sorted(runs.iterdir()))
    files = [
        path for path in sorted(run.rglob("*")) if path.is_file() and path.name not in _LET_BE
    ]
    if run.name == "ended":
        files = [run / name for name in _EXPORTED]
    file = rng.choice(files + 4 * [path for path in files if path.name == "last.safetensors"])
    what = f"{run.name} {file.name}"
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(run, out)
    (out / file.relative_to(run)).write_bytes(mutant(file, rng))
    signal.alarm(60)  # a changed program can be a very long one
    try:
        if run.name == "ended":
            export(load_run(out), out / "exported.py")
            return f"{what}: exported"
        hypertune.resume(out, sinks=[stop_after(0)])
        return f"{what}: resumed"
    except (RunError, DataError, SpecError):
        return f"{what}: refused"
    finally:
        signal.alarm(0)


def work(run: Path, first: int, last: int) -> None:
    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last):
            print(seed, flush=True)
            try:
                print(outcome_of(run, Path(folder, "run"), seed), flush=True)
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
        make_runs(Path(folder))
        at, end = options.seed, options.seed + options.mutants
        while at < end:
            words = [sys.executable, __file__, "--worker", f"{folder}/runs", str(at), str(end)]
            done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
            lines = done.stdout.splitlines()
            for number, verdict in zip(lines[::2], lines[1::2], strict=False):
                kind = {"FAULT": "fault", "TORCH": "torch"}.get(verdict[:5], verdict)
                counts[kind] = counts.get(kind, 0) + 1
                if kind in ("fault", "torch"):
                    print(f"mutant {number}: {verdict}")
            at = int(lines[-1]) + 1 if len(lines) % 2 else end
            if len(lines) % 2:
                kind = "slow" if done.returncode == -signal.SIGALRM else "killed"
                print(f"mutant {lines[-1]}: {kind}, exit {done.returncode}")
                counts[kind] = counts.get(kind, 0) + 1
    for kind in sorted(counts):
        print(f"{counts[kind]:6} {kind}")
    return min(1, counts.get("fault", 0) + counts.get("killed", 0))


if __name__ == "__main__":
    sys.exit(main())
