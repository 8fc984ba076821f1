"""What a tuned run's schedule is worth to the plain network, against its final values held fixed.

    OMP_NUM_THREADS=1 python benchmarks/replay.py RUNS SPEC --tune BLOCK --plain BLOCK [--seeds 3]

Trains BLOCK of SPEC, replays its hyperparameters by `method = schedule("…")`, as what
`hypertune schedule RUN -o NAME` writes does, and trains the plain block, which stands for
`method = fixed`, at the values of the start, at those of the lowest validation loss and at the
last. Each training is a run folder below RUNS; one that is there is not trained again. Prints
losses of the network with the lowest validation loss, means and standard deviations over seeds.

Source: MacKay et al. 2019, table 1.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import hypertune
from hypertune import Program, Run
from hypertune.jobs.scheduling import replaying, schedule_table


def ended(path: Path, spec: str | Program, **order: Any) -> Run:
    """A run that has ended, trained if it is not there."""
    if (path / "program.json").exists():
        return hypertune.resume(path)
    return hypertune.train(spec, out=path, **order)


def compared(folder: Path, spec: str, tune: str, plain: str, seed: int) -> dict[str, Run]:
    """A tuned run, its replay, and plain trainings at values that stay."""
    folder.mkdir(parents=True, exist_ok=True)
    tuned = ended(folder / "tuned", spec, tune=tune, seed=seed)
    table = folder / "tuned.csv"
    table.write_text(schedule_table(tuned), encoding="utf-8")
    runs = {
        "at the start values": ended(folder / "start", spec, tune=plain, seed=seed),
        "tuned": tuned,
        "replayed": ended(folder / "replayed", replaying(tuned, str(table.absolute()))),
    }
    for name in ("best", "last"):
        values = tuned.summary[name]["hypers"]
        lines = [f"hyper.{hyper}={value!r}" for hyper, value in values.items()]
        run = ended(folder / name, spec, tune=plain, overrides=lines, seed=seed)
        runs[f"at its {name} values"] = run
    return runs


def cell(values: Iterable[float]) -> str:
    some = list(values)
    return f"{mean(some):.3f} ± {stdev(some) if len(some) > 1 else 0:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("runs", type=Path)
    parser.add_argument("spec")
    parser.add_argument("--tune", required=True)
    parser.add_argument("--plain", required=True)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    found = [
        compared(given.runs / str(seed), given.spec, given.tune, given.plain, seed)
        for seed in range(given.seeds)
    ]
    print("| | valid loss | test loss |\n|---|---|---|")
    for name in found[0]:
        bests = [runs[name].summary["best"] for runs in found]
        cells = (cell(best[key] for best in bests) for key in ("valid_loss", "test_loss"))
        print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
