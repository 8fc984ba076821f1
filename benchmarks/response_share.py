"""What Delta-STN ends at when its two other steps read a share of each batch, and what it costs.

    OMP_NUM_THREADS=1 python benchmarks/response_share.py RESULTS.jsonl [--only NAME …]
        [--shares RESPONSE,VALID[,EVERY] …] [--cost EPOCHS]

Trains each problem with several seeds and choices of `response_share`, `valid_share` and
`response_every`, the first of which is as published, and prints means over the seeds, and standard
deviations: losses of the network with the lowest validation loss, and seconds of the processor,
reports included. A training is a line of RESULTS.jsonl; one that is there is not done again.
Fashion-MNIST and CIFAR-10 are read from `HYPERTUNE_DATA`, and their first images taken.

`--cost` prints instead what an epoch takes on `fashion_cnn` with each choice, with validation
steps and report, in epochs of `fixed`: these are trained by turns, so that all meet the same
machine.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from statistics import mean, median, stdev
from time import process_time

from attrs import evolve, frozen
from quickstart import Row

from hypertune import STANDARD, Program, compile as compiled
from hypertune.data.loading import load
from hypertune.data.sets import Sets
from hypertune.ir import Call, Quantity, Tune
from hypertune.lowering import place
from hypertune.runtime import Reported
from hypertune.tuning import prepare

HERE = Path(__file__).parent
SPECS = HERE.parent / "specs"
FIRST = "data.split=(train = 8_500, valid = 1_500)"
Shares = tuple[float, float, int]  # of a batch for responses, to validate; one step in so many
OPTIONS = ("response_share", "valid_share", "response_every")
SHARES: tuple[Shares, ...] = (
    (1, 1, 1),
    (0.5, 1, 1),
    (0.25, 1, 1),
    (0.125, 1, 1),
    (0.5, 1, 4),
    (0.5, 0.5, 1),
    (0.25, 0.25, 1),
    (0.125, 0.25, 1),
    (0.125, 0.125, 1),
)


@frozen
class Case:
    """A block of a spec, and how often and how long it is trained."""

    spec: str
    tune: str
    seeds: int
    epochs: int
    overrides: tuple[str, ...] = ()

    def program(self, shares: Shares, seed: int) -> Program:
        """The spec with this block alone; the seed also that of the split, if there is one."""
        program = place(compiled(self.spec, self.overrides), STANDARD, ("cpu",))
        length = evolve(program.tune(self.tune).length, amount=self.epochs)
        tune = evolve(program.tune(self.tune), seed=seed, length=length)
        args = {**tune.method.args, **options(shares)}
        method = evolve(tune.method, args=args)
        drawn = program.data.split_seed is not None  # or else the first images are taken
        data = evolve(program.data, split_seed=seed if drawn else None)
        return evolve(program, data=data, tunes=(evolve(tune, method=method),))


CASES = {
    "quickstart": Case("quickstart", "tuned", 5, 200),
    "fashion_cnn": Case("fashion_cnn", "delta", 3, 12, (FIRST,)),
    "cifar_subset": Case(str(HERE / "cifar_subset.hspec"), "delta", 2, 20),
    "docs_lstm": Case(str(SPECS / "texts/docs_lstm.hspec"), "delta", 2, 4),
    "digits_transformer": Case(str(SPECS / "sequences/digits_transformer.hspec"), "tuned", 4, 20),
    "digits_lstm": Case(str(SPECS / "sequences/digits_lstm.hspec"), "tuned", 4, 20),
}


def options(shares: Shares) -> dict[str, float]:
    """What the method is given, and what a row says."""
    return dict(zip(OPTIONS, shares, strict=True))


def trained(program: Program, sets: Sets) -> Row:
    """Losses at the lowest validation loss; seconds of the processor, without the test part."""
    prepared = prepare(program, program.tunes[0].name, sets=sets)
    found: Row = {}
    seconds, began = 0.0, process_time()
    for event in prepared.training.run():
        if isinstance(event, Reported) and event.best:
            seconds += process_time() - began
            found = {"valid_loss": event.valid_loss, "epoch": event.epoch}
            found |= {"hypers": dict(event.hypers), **prepared.evaluate("test")}
            began = process_time()
    return {"seconds": seconds + process_time() - began, **found}


def measure(path: Path, names: list[str], pairs: list[Shares]) -> list[Row]:
    """A row of each training, of which those that are not in the file are added to it."""
    rows = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    done = {(row["name"], shares_of(row), row["seed"]) for row in rows}
    for name in names:
        case = CASES[name]
        for shares, seed in product(pairs, range(case.seeds)):
            if (name, shares, seed) not in done:
                program = case.program(shares, seed)
                row = {"name": name, **options(shares), "seed": seed}
                row |= trained(program, load(program.data, STANDARD))
                with path.open("a") as file:
                    file.write(json.dumps(row) + "\n")
                rows.append(row)
    return rows


def shares_of(row: Row) -> Shares:
    return row["response_share"], row["valid_share"], row["response_every"]


def report(rows: list[Row]) -> None:
    """A table in Markdown."""
    print("| | " + " | ".join(OPTIONS) + " | seeds | valid loss | test loss | seconds |")
    print("|---|---|---|---|---|---|---|---|")
    for name, shares in product(CASES, sorted({*map(shares_of, rows)}, reverse=True)):
        some = [row for row in rows if row["name"] == name and shares_of(row) == shares]
        if some:
            losses = [_cell([row[key] for row in some]) for key in ("valid_loss", "test_loss")]
            seconds = mean(row["seconds"] for row in some)
            cells = (name, *map(_word, shares), str(len(some)), *losses, f"{seconds:.0f}")
            print("| " + " | ".join(cells) + " |")


def _word(share: float) -> str:
    return f"{share:g}"


def _cell(values: list[float]) -> str:
    return f"{mean(values):.3f} ± {stdev(values) if len(values) > 1 else 0:.3f}"


def epochs(program: Program, sets: Sets) -> Iterator[float]:
    """Seconds of the processor for each epoch, its report included."""
    prepared = prepare(program, program.tunes[0].name, sets=sets)
    began = process_time()
    for event in prepared.training.run():
        if isinstance(event, Reported):
            yield process_time() - began
            began = process_time()


def cost(count: int, pairs: list[Shares]) -> None:
    """What an epoch of each pair costs, after the warm-up, in epochs of `fixed`."""
    case = evolve(CASES["fashion_cnn"], epochs=count + 1)
    programs = {" ".join(map(_word, s)): at_once(case.program(s, 0)) for s in pairs}
    programs["fixed"] = plain(case.program((1, 1, 1), 0))
    sets = load(programs["fixed"].data, STANDARD)
    running = {name: epochs(program, sets) for name, program in programs.items()}
    taken: dict[str, list[float]] = {name: [] for name in running}
    for _, (name, epoch) in product(range(count + 1), running.items()):
        taken[name].append(next(epoch))
    for name, seconds in taken.items():
        ratios = [one / other for one, other in zip(seconds, taken["fixed"], strict=True)][1:]
        print(f"{name:12} {median(seconds[1:]):7.2f} s {median(ratios):6.2f}")


def at_once(program: Program) -> Program:
    """Tuned from the first step on."""
    (tune,) = program.tunes
    args = {**tune.method.args, "warmup": Quantity(0, "epochs")}
    return evolve(program, tunes=(evolve(tune, method=evolve(tune.method, args=args)),))


def plain(program: Program) -> Program:
    """The same training under `fixed`."""
    (tune,) = program.tunes
    weights = {"weights": tune.optimisers["weights"]}
    fixed: Tune = evolve(tune, name="fixed", method=Call("fixed", {}), optimisers=weights)
    return evolve(program, tunes=(fixed,))


def _shares(text: str) -> Shares:
    response, valid, *every = text.split(",")
    return float(response), float(valid), int(every[0]) if every else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("results", type=Path)
    parser.add_argument("--only", nargs="+", default=list(CASES), choices=CASES)
    parser.add_argument("--shares", nargs="+", type=_shares, default=list(SHARES))
    parser.add_argument("--cost", type=int, metavar="EPOCHS", help="time so many epochs instead")
    given = parser.parse_args()
    if given.cost:
        cost(given.cost, given.shares)
    else:
        report(measure(given.results, given.only, given.shares))


if __name__ == "__main__":
    main()
