"""Kill a run with -9 at random moments, resume it, and compare it with one that was left alone.

    python benchmarks/kills.py [--kills 20] [--spec quickstart] [--tune NAME] [--epochs 200]
        [--seed 0]

Three of four kills come between two reports of the run (or of the trials of a study) that are
drawn from `--seed`, the others at any moment, the start of Python included. `events.jsonl`
(without `seconds`) and `model.safetensors` must be equal, byte for byte; of a study, those of
every trial as well:

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


def train(words: list[str]) -> None:
    """Run a command to its end."""
    with started(words) as process:
        process.wait()


def started(words: list[str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    return subprocess.Popen([*HYPERTUNE, *words], stdout=quiet, stderr=quiet)


def reports(run: Path) -> int:
    """How many reports a run and its trials have made."""
    found = [run / "events.jsonl", *run.glob("trials/*/events.jsonl")]
    return sum(path.read_bytes().count(b"\n") for path in found if path.exists())


def kill(words: list[str], run: Path, count: int, seconds: float) -> None:
    """Start a run and kill it, so many seconds after it has made so many reports."""
    with started([*words, str(run)]) as process:
        while process.poll() is None and reports(run) < count:
            time.sleep(0.005)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()


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
        began = time.monotonic()
        train([*words, str(calm)])
        seconds, total = time.monotonic() - began, reports(calm)
        print(f"undisturbed: {seconds:.1f} s, {total} reports", flush=True)
        failures = within = 0
        for number in range(options.kills):
            run = Path(folder, f"run-{number}")
            count = moments.randrange(1, total) if number % 4 else 0
            moment = moments.uniform(0, seconds / total if count else seconds)
            kill(words, run, count, moment)
            begun, kept = (run / "run.json").exists(), reports(run)
            within += 0 < kept < total
            train(["resume", str(run)] if begun else [*words, str(run)])
            equal = same(run, calm)
            failures += not equal
            verdict = "equal" if equal else "DIFFERENT"
            print(f"{moment:6.2f} s after {count} reports, {kept} kept: {verdict}", flush=True)
        done = options.kills - failures
        print(f"{done} of {options.kills} equal; {within} killed between reports")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
