"""How long `hypertune train quickstart` takes from start to end, against a bare `import torch`.

    [OMP_NUM_THREADS=1] python benchmarks/command.py [--rounds 3] [--epochs 200]

Processes of their own, by turns: the import, the command, and the command with one epoch, which is
starting up and ending. Prints medians of the processor's time, of the time on the wall, and their
ratios to the import.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from attrs import frozen


@frozen
class Taken:
    """Seconds of a process: of the processor, and on the wall."""

    processor: float
    wall: float


def taken(words: list[str]) -> Taken:
    """What a process takes that must succeed."""
    began, before = time.perf_counter(), os.times()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    wall, after = time.perf_counter() - began, os.times()
    user = after.children_user - before.children_user
    return Taken(user + after.children_system - before.children_system, wall)


def trained(epochs: int) -> Taken:
    """The command, with a run folder that nobody keeps."""
    with tempfile.TemporaryDirectory() as folder:
        run = str(Path(folder, "run"))
        words = ["train", "quickstart", "--epochs", str(epochs), "--device", "cpu", "--out", run]
        return taken(["-m", "hypertune", *words])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=200)
    options = parser.parse_args()
    found: dict[str, list[Taken]] = {}
    for _ in range(options.rounds):
        found.setdefault("import torch", []).append(taken(["-c", "import torch"]))
        found.setdefault("the command", []).append(trained(options.epochs))
        found.setdefault("with one epoch", []).append(trained(1))
    print(f"{platform.machine()}, {os.cpu_count()} cores, medians of {options.rounds} by turns")
    first = median(one.processor for one in found["import torch"])
    walls = median(one.wall for one in found["import torch"])
    for name, some in found.items():
        processor, wall = median(t.processor for t in some), median(t.wall for t in some)
        print(
            f"{name:15} processor {processor:6.2f} s {processor / first:5.2f}"
            f"   wall {wall:6.2f} s {wall / walls:5.2f}"
        )


if __name__ == "__main__":
    main()
