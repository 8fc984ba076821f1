"""What tuning ends at when layers respond to a few mixtures of the hyperparameters.

    OMP_NUM_THREADS=1 python benchmarks/response_rank.py RESULTS.jsonl [--only NAME …] [--seeds 3]

Trains the quickstart (4 hyperparameters), and the same network with a dropout rate for each row of
the image and a weight decay for each layer (13), both from a guess that is too strong, with full
scales, with several ranks, and not tuned at all. Prints means over the seeds, and standard
deviations, of the network with the lowest validation loss. A training is a line of RESULTS.jsonl;
one that is there is not done again. What a low rank saves with many more hyperparameters is a
table of `scale.py`.
"""

from __future__ import annotations

import argparse
import json
from itertools import product
from pathlib import Path
from statistics import mean, stdev

from attrs import evolve
from quickstart import Row
from response_share import plain, trained

from hypertune import STANDARD, Program
from hypertune.compiler import compile_text
from hypertune.data.loading import load
from hypertune.lowering import place
from hypertune.resources import resource_folder

ROWS = """
hspec 1
hyper rows[8], hidden[2] : rate         = 0.6
hyper decays[3]          : log(1e-8, 1) = 1e-3 per batch spread 0.3 fixed
data { source = digits; split = (train = 20%, valid = 40%, test = 40%); batch = 64 }
model (1, 8, 8) given * {
  reshape((8, 8))
  branch concat BODIES
  linear(256) as first; relu; dropout(hidden[0])
  linear(256) as second; relu; dropout(hidden[1])
  linear(10) as last
}
objective { train = cross_entropy + PENALTIES; valid = cross_entropy }
tune { method = delta_stn(warmup = 5 epochs); weights = sgd(lr = 0.05, momentum = 0.9)
       hypers = rmsprop(lr = 0.05); epochs = 200 }
"""
BODIES = " ".join(f"{{ select({i}); dropout(rows[{i}]) }}" for i in range(8))
PENALTIES = " + ".join(
    f"l2(decays[{i}], of = {name})" for i, name in enumerate(("first", "second", "last"))
)
TEXTS = {
    "rows": ROWS.replace("BODIES", BODIES).replace("PENALTIES", PENALTIES),
    "quickstart": (resource_folder("specs") / "quickstart.hspec").read_text(encoding="utf-8"),
}
RANKS = {"rows": ("full", 8, 4, 2), "quickstart": ("full", 2, 1)}


def program(name: str, rank: str | int, seed: int) -> Program:
    """The first block alone; the seed is also that of the split. A rank of "none" is untuned."""
    whole = place(compile_text(TEXTS[name], name).program, STANDARD, ("cpu",))
    tune = evolve(whole.tunes[0], seed=seed)
    limit = rank if isinstance(rank, int) else None
    method = evolve(tune.method, args={**tune.method.args, "response_rank": limit})
    tunes = (evolve(tune, method=method),)
    made = evolve(whole, data=evolve(whole.data, split_seed=seed), tunes=tunes)
    return plain(made) if rank == "none" else made


def measure(path: Path, names: list[str], seeds: int) -> list[Row]:
    """A row of each training, of which those that are not in the file are added to it."""
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(row["name"], row["rank"], row["seed"]) for row in rows}
    for seed, name in product(range(seeds), names):
        for rank in (*RANKS[name], "none"):
            if (name, rank, seed) not in done:
                one = program(name, rank, seed)
                row = {"name": name, "rank": rank, "seed": seed}
                row |= trained(one, load(one.data, STANDARD))
                with path.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                rows.append(row)
    return rows


def report(rows: list[Row]) -> None:
    """A table in Markdown."""
    print("| | rank | seeds | valid loss | test loss |")
    print("|---|---|---|---|---|")
    for name, ranks in RANKS.items():
        for rank in (*ranks, "none"):
            some = [row for row in rows if (row["name"], row["rank"]) == (name, rank)]
            if some:
                losses = [_cell([row[key] for row in some]) for key in ("valid_loss", "test_loss")]
                said = "not tuned" if rank == "none" else str(rank)
                print("| " + " | ".join((name, said, str(len(some)), *losses)) + " |")


def _cell(values: list[float]) -> str:
    return f"{mean(values):.3f} ± {stdev(values) if len(values) > 1 else 0:.3f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--only", nargs="+", default=list(RANKS), choices=RANKS)
    parser.add_argument("--seeds", type=int, default=3)
    given = parser.parse_args()
    report(measure(given.results, given.only, given.seeds))


if __name__ == "__main__":
    main()
