"""Kill a run with -9 at random moments, resume it, and compare it with one that was left alone.

    python benchmarks/kills.py [--kills 20] [--spec quickstart] [--tune NAME] [--epochs 200]
        [--seed 0]

Three of four kills come after the first report of the run or, of a study, of its first trial: at
a moment of the time that an undisturbed run goes on from there, drawn from `--seed`. The others
come at any moment, the start of Python included. `events.jsonl` (without `seconds`) and
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


def first_report(run: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until there is one, or the process has ended."""
    while process.poll() is None and not reports(run):
        time.sleep(0.01)


def timed(words: list[str], run: Path) -> tuple[float, float]:
    """Seconds of an undisturbed run, and those of them before its first report."""
    began = time.monotonic()
    with started([*words, str(run)]) as process:
        first_report(run, process)
        first = time.monotonic() - began
        process.wait()
    return time.monotonic() - began, first


def kill(words: list[str], run: Path, seconds: float, *, reported: bool) -> None:
    """Start a run and kill it so many seconds after its first report or its start."""
    with started([*words, str(run)]) as process:
        if reported:
            first_report(run, process)
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
        seconds, first = timed(words, calm)
        print(
            f"undisturbed: {seconds:.1f} s, {reports(calm)} reports, the first after {first:.1f}"
        )
        failures = within = 0
        for number in range(options.kills):
            run = Path(folder, f"run-{number}")
            reported = number % 4 > 0
            moment = moments.uniform(0, seconds - first if reported else seconds)
            kill(words, run, moment, reported=reported)
            begun, kept = (run / "run.json").exists(), reports(run)
            within += 0 < kept < reports(calm)
            train(["resume", str(run)] if begun else [*words, str(run)])
            equal = same(run, calm)
            failures += not equal
            since = "the first report" if reported else "the start"
            verdict = "equal" if equal else "DIFFERENT"
            print(f"{moment:5.1f} s after {since}, {kept} reports: {verdict}", flush=True)
        done = options.kills - failures
        print(f"{done} of {options.kills} equal; {within} killed between reports")
    return min(failures, 1)


if __name__ == "__main__":
    sys.exit(main())
