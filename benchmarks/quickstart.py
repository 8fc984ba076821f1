"""What tuning the quickstart is worth, over seeds, each with a split of its own.

    OMP_NUM_THREADS=1 python benchmarks/quickstart.py RESULTS.jsonl [--seeds 5] [--random 30]
        [--only NAME …] [--spec FILE]

Trains by Delta-STN, by STN and, under `fixed`, from the bad guess of the spec, without
regularisation, from an ordinary guess and from random points of the domains. Of the random ones
the best by validation loss is taken: of all, and of as many as cost what Delta-STN does. Every
number is of the network with the lowest validation loss, as `hypertune train` keeps it.

A training is a line of RESULTS.jsonl; one that is there is not done again, so that the command
goes on where it was stopped. `--only tuned stn` does these alone, and `--spec FILE` a variant of
the spec. The cost is in trainings under `fixed`, where there are any.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Mapping
from itertools import product
from pathlib import Path
from statistics import mean, stdev
from time import process_time
from typing import Any

from attrs import evolve

from hypertune import STANDARD, Program, compile_text
from hypertune.data.loading import load
from hypertune.data.sets import Sets
from hypertune.lowering import place
from hypertune.runtime import Reported
from hypertune.spec_files import read_spec
from hypertune.tuning import prepare

Row = dict[str, Any]
NONE = {"drop_in": 1e-6, "drop_1": 1e-6, "drop_2": 1e-6, "decay": 1.01e-8}
ORDINARY = {"drop_in": 0.2, "drop_1": 0.5, "drop_2": 0.5, "decay": 1e-4}  # Srivastava et al. 2014
FIXED = {"untuned": {}, "no regularisation": NONE, "ordinary guess": ORDINARY}
NAMED = ("tuned", "stn", *FIXED)
MEASURES = ("valid_loss", "valid_accuracy", "test_loss", "test_accuracy")


def trained(program: Program, tune: str, sets: Sets) -> Row:
    """Measures of the network with the lowest validation loss, and seconds of the processor."""
    began = process_time()
    prepared = prepare(program, tune, sets=sets)
    found: Row = {}
    for event in prepared.training.run():
        if isinstance(event, Reported) and event.best:
            found = {"valid_loss": event.valid_loss, "hypers": dict(event.hypers)}
            found |= {**event.metrics, **prepared.evaluate("test")}
    return {"seconds": process_time() - began, **found}


def seeded(text: str, seed: int) -> Program:
    """A spec with a seed for its split and its trainings."""
    program = place(compile_text(text).program, STANDARD, ("cpu",))
    tunes = tuple(evolve(tune, seed=seed) for tune in program.tunes)
    return evolve(program, data=evolve(program.data, split_seed=seed), tunes=tunes)


def started(program: Program, starts: Mapping[str, float]) -> Program:
    """A program whose hyperparameters start elsewhere."""
    hypers = tuple(evolve(h, start=starts.get(h.name, h.start)) for h in program.hypers)
    return evolve(program, hypers=hypers)


def random_starts(seed: int, number: int) -> dict[str, float]:
    """Rates drawn evenly from their domain, the decay evenly in its logarithm."""
    draws = random.Random(f"{seed} {number}")
    rates = {name: draws.uniform(0, 0.95) for name in ("drop_in", "drop_1", "drop_2")}
    return {**rates, "decay": 10 ** draws.uniform(-8, 0)}


def training(text: str, name: str, seed: int) -> tuple[Program, str]:
    """The program of a training, and its block."""
    program = seeded(_under_stn(text) if name == "stn" else text, seed)
    if name in ("tuned", "stn"):
        return program, "tuned"
    kind, _, number = name.partition(" ")
    starts = random_starts(seed, int(number)) if kind == "random" else FIXED[name]
    return started(program, starts), "untuned"


def _under_stn(text: str) -> str:
    """The spec with STN in place of Delta-STN, without options that are Delta-STN's alone."""
    return re.sub(r",\s*response_\w+ = [\d.]+", "", text.replace("delta_stn(", "stn("))


def measure(text: str, path: Path, names: list[str], seeds: range) -> list[Row]:
    """A row of each training, of which those that are not in the file are added to it."""
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(row["name"], row["seed"]) for row in rows}
    sets = {seed: load(seeded(text, seed).data, STANDARD) for seed in seeds}
    for name, seed in product(names, seeds):
        if (name, seed) not in done:
            row = {"name": name, "seed": seed}
            row |= trained(*training(text, name, seed), sets[seed])
            with path.open("a") as file:
                file.write(json.dumps(row) + "\n")
            rows.append(row)
    return [row for row in rows if row["seed"] in seeds]


def best(rows: list[Row], most: float) -> list[Row]:
    """Of the first `most` random trainings with each seed, that of the lowest validation loss."""
    found: dict[int, Row] = {}
    for row in rows:
        kind, _, number = row["name"].partition(" ")
        if kind == "random" and int(number) < most:
            found[row["seed"]] = min(found.get(row["seed"], row), row, key=_valid_loss)
    return list(found.values())


def _valid_loss(row: Row) -> float:
    return float(row["valid_loss"])


def report(rows: list[Row]) -> None:
    """Mean and standard deviation over seeds, as a table in Markdown.

    `cost` is the processor's time, in trainings under `fixed`, or in seconds if there are none.
    """
    named = {name: some for name in NAMED if (some := [r for r in rows if r["name"] == name])}
    fixed = [row["seconds"] for row in rows if row["name"] not in ("tuned", "stn")]
    plain = mean(fixed) if fixed else 1.0
    cost = {name: mean(row["seconds"] for row in some) / plain for name, some in named.items()}
    drawn = [int(row["name"].split()[1]) for row in rows if row["name"].startswith("random")]
    for k in (round(cost["tuned"]), 1 + max(drawn)) if drawn else ():
        name = f"best of {k} random"
        named[name], cost[name] = best(rows, k), float(k)
    print("| | seeds | cost | " + " | ".join(m.replace("_", " ") for m in MEASURES) + " |")
    print("|---|---|---|" + "---|" * len(MEASURES))
    for name, some in named.items():
        cells = [_cell([row[measure] for row in some]) for measure in MEASURES]
        print(f"| {name} | {len(some)} | {cost[name]:.1f} | " + " | ".join(cells) + " |")


def _cell(values: list[float]) -> str:
    return f"{mean(values):.3f} ± {stdev(values) if len(values) > 1 else 0:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--random", type=int, default=30, help="random starts for each seed")
    parser.add_argument("--only", nargs="+", default=[], help="names of trainings")
    parser.add_argument("--spec", default="quickstart", help="a variant of it")
    given = parser.parse_args()
    text = read_spec(given.spec).source.text
    names = given.only or [*NAMED, *(f"random {number}" for number in range(given.random))]
    rows = measure(text, given.results, names, range(given.seeds))
    report([row for row in rows if row["name"] in names])


if __name__ == "__main__":
    main()
