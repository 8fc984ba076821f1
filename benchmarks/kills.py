"""Kill a run with -9 at random moments, resume it, and compare it with one that was left alone.

    python benchmarks/kills.py [--kills 20] [--spec quickstart] [--tune NAME] [--epochs 200]
        [--seed 0]

Each moment is a share of the time that an undisturbed run takes, drawn from `--seed`; a kill may
hit the start of Python, a step, or the writing of a file. `events.jsonl` (without `seconds`) and
`model.safetensors` must be equal, byte for byte; of a study, those of every trial as well:

    python benchmarks/kills.py --spec benchmarks/study.hspec --tune halving --epochs 9
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HYPERTUNE = [sys.executable, "-m", "hypertune"]


def rows(run: Path) -> list[dict[str, object]]:
    """The reports of a run, without the time they took."""
    found = [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]
    return [{k: v for k, v in row.items() if k != "seconds"} for row in found]


def train(words: list[str], kill_after: float | None = None) -> float:
    """Run a command to its end, or kill it; the seconds it took."""
    began = time.monotonic()
    with subprocess.Popen(
        [*HYPERTUNE, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            process.kill()
    return time.monotonic() - began


def same(run: Path, other: Path) -> bool:
    trials = [sorted(path.name for path in (whole / "trials").glob("*")) for whole in (run, other)]
    if trials[0] != trials[1]:
        return False
    pairs = [(run, other), *((run / "trials" / n, other / "trials" / n) for n in trials[0])]
    return all(rows(a) == rows(b) and model(a) == model(b) for a, b in pairs)


def model(run: Path) -> bytes | None:
    """The weights of a run; none of a trial that was not the best."""
    path = run / "model.safetensors"
    return path.read_bytes() if path.exists() else None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--spec", default="quickstart")
    parser.add_argument("--tune", default="")
    parser.add_argument("--epochs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    moments = random.Random(options.seed)
    words = ["train", options.spec, "--tune", options.tune]
    words += ["--epochs", str(options.epochs), "--out"]
    with tempfile.TemporaryDirectory() as folder:
        calm = Path(folder, "undisturbed")
        seconds = train([*words, str(calm)])
        print(f"undisturbed: {seconds:.1f} s, {len(rows(calm))} reports", flush=True)
        failures = 0
        for number in range(options.kills):
            run = Path(folder, f"run-{number}")
            moment = moments.uniform(0, seconds)
            train([*words, str(run)], moment)
            begun = (run / "run.json").exists()
            kept = len(rows(run)) if (run / "events.jsonl").exists() else 0
            train(["resume", str(run)] if begun else [*words, str(run)])
            equal = same(run, calm)
            failures += not equal
            verdict = "equal" if equal else "DIFFERENT"
            print(f"killed after {moment:4.1f} s with {kept} rows: {verdict}", flush=True)
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
