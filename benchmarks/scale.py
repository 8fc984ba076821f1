"""What a step takes as things grow: hyperparameters, layers, rows of a batch, data.

    python benchmarks/scale.py [--full] [--rounds 5] [--only hyperparameters …] [--busy]
        [--device cpu]

Quick by default; `--full` goes to the ends (1,000 hyperparameters, 2,000 layers, batches of 4,096,
a penalty for each of 1.3 million weights, data of twice the memory). The steps of one table are
timed in turn, medians are told (with `--busy` of the processor time of one thread), and the last
column is the exponent that fits the row and the one before it: 0 where nothing grows, 1 where it
grows as the number does. Memory is the most that torch has given out during a step, by the
profiler's record, or on a CUDA device by its allocator; of data it is what the process has of its
own, without pages of the file, which the system drops when it likes.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from math import log
from pathlib import Path

import numpy as np
import torch
from attrs import frozen
from torch.profiler import ProfilerActivity, profile

from hypertune.compiler import compile_text
from hypertune.data.main_memory import free_bytes, size
from hypertune.data.sets import Part, Sets
from hypertune.data.stored import Stored
from hypertune.ir import Program
from hypertune.lowering import place, visible_devices
from hypertune.runtime import Training
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPEC = """
hspec 1
hyper {hypers} : rate = 0.05
data {{ source = mnist; split = (train = 85%, valid = 15%); batch = {batch} }}
model (1, 28, 28) given {given} {{ flatten; dropout(h0); {layers}; linear(10) }}
objective {{ train = cross_entropy; valid = cross_entropy }}
tune delta_stn {{ method = delta_stn(warmup = 0 epochs); {moved} }}
tune stn {{ method = stn(warmup = 0 epochs); {moved} }}
tune fixed {{ method = fixed; weights = sgd(lr = 0.01, momentum = 0.9); epochs = 1 }}
"""
PENALTIES = """
hspec 1
hyper decays[weight] : log(1e-8, 1) = 1e-4
data {{ source = mnist; split = (train = 85%, valid = 15%); batch = 128 }}
model (1, 28, 28) {{ flatten; linear({wide}); relu; linear({wide}); relu; linear(10) }}
objective {{ train = cross_entropy + l2(decays); valid = cross_entropy }}
tune implicit {{ method = implicit(solver = {solver}, inner_steps = 1); {moved} }}
"""
MOVED = "weights = sgd(lr = 0.01, momentum = 0.9); hypers = adam(lr = 0.01); epochs = 1"
WIDE = "linear(1200); relu; linear(1200); relu"
LESS = {  # beside the default, and after how many steps the responses have had one
    "delta_stn, share 1": ("response_share = 1", 1),
    "delta_stn, share 1/4": ("response_share = 0.25", 1),
    "delta_stn, every 4": ("response_every = 4, train_steps = 1_000_000", 4),
}
clock: Callable[[], float] = time.perf_counter
device = "cpu"


@frozen
class Row:
    """One line of a table: what it is of, how large, its seconds and bytes."""

    what: str
    count: int
    seconds: float
    memory: int


def placed(text: str) -> Program:
    return place(compile_text(text, "scale").program, STANDARD, visible_devices(), device)


def training(text: str, tune: str, batch: int) -> Training:
    """Of a batch of noise, which is the same at every step."""
    program = placed(text)
    torch.manual_seed(0)
    x = torch.randn(batch, *program.input, device=device)
    part = Part(x, torch.randint(10, (batch,), device=device))
    return prepare(program, tune, sets=Sets(part, part, part)).training


def stepping(of: Training, together: int = 1) -> Callable[[], None]:
    """One step after another, or several together; a validation step with each fifth."""
    numbers = iter(range(10**9))

    def step() -> None:
        for _ in range(together):
            of.method.step(of.passes, of.state, next(numbers))

    return step


def spec(hypers: int = 3, layers: str = WIDE, batch: int = 128) -> str:
    names = ", ".join(f"h{number}" for number in range(hypers))
    return SPEC.format(hypers=names, given="*", layers=layers, batch=batch, moved=MOVED)


def optioned(text: str, options: str) -> str:
    """The same with options of Delta-STN."""
    return text.replace("delta_stn(warmup", f"delta_stn({options}, warmup")


def rows(cases: Sequence[tuple[str, int, Callable[[], None]]], rounds: int) -> Iterator[Row]:
    """Each case timed in turn, after one step that nobody times."""
    taken: dict[int, list[float]] = {number: [] for number in range(len(cases))}
    memory = [most_bytes(step) for _, _, step in cases]
    for _ in range(rounds):
        for number, (_, _, step) in enumerate(cases):
            taken[number].append(seconds(step))
    for number, (what, count, _) in enumerate(cases):
        _, together = LESS.get(what, ("", 1))
        yield Row(what, count, statistics.median(taken[number]) / together, memory[number])


def seconds(step: Callable[[], None]) -> float:
    began = clock()
    step()
    if device != "cpu":
        torch.accelerator.synchronize()
    return clock() - began


def most_bytes(step: Callable[[], None]) -> int:
    """The most that a step has at once, beside what was there before it."""
    if device != "cpu":
        before = torch.accelerator.memory_allocated()
        torch.accelerator.reset_peak_memory_stats()
        step()
        return torch.accelerator.max_memory_allocated() - before
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as found:
        step()
    events = [e for e in found.profiler.kineto_results.events() if e.name() == "[memory]"]
    now = most = 0
    for event in sorted(events, key=lambda e: e.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most


def table(title: str, found: Sequence[Row]) -> None:
    print(f"\n{title}")
    print(f"  {'':26} {'count':>9} {'step':>11} {'/ first':>8} {'memory':>11} {'exponent':>9}")
    first = before = found[0]
    for row in found:
        if row.what != before.what:
            first = before = row
        exponent = ""
        if row.count > before.count:
            grown = log(row.seconds / before.seconds) / log(row.count / before.count)
            exponent = f"{grown:.2f}"
        print(
            f"  {row.what:26} {row.count:9_} {row.seconds * 1e3:8.2f} ms "
            f"{row.seconds / first.seconds:8.2f} {size(row.memory):>11} {exponent:>9}",
            flush=True,
        )
        before = row


def hyperparameters(full: bool, rounds: int) -> None:
    counts = (10, 100, 1000) if full else (10, 100)
    for method in ("delta_stn", "stn"):
        cases = [(method, n, stepping(training(spec(n), method, 128))) for n in counts]
        if method == "delta_stn":
            cases += [
                (name, n, stepping(training(optioned(spec(n), options), method, 128), together))
                for (name, (options, together)), n in product(LESS.items(), counts)
            ]
        table("hyperparameters, a row each (784-1200-1200-10)", [*rows(cases, rounds)])
    cases = [
        (
            "delta_stn, per batch",
            n,
            stepping(training(spec(n).replace("= 0.05", "= 0.05 per batch"), "delta_stn", 128)),
        )
        for n in counts
    ]
    table("hyperparameters, one row for all", [*rows(cases, rounds)])


def penalties(full: bool, rounds: int) -> None:
    """One hyperparameter for each weight: a step of the weights and one of these."""
    for solver in ("identity", "neumann"):
        cases = []
        for wide in (100, 800) if full else (50, 200):
            text = PENALTIES.format(wide=wide, solver=solver, moved=MOVED)
            one = training(text, "implicit", 128)
            count = sum(vector.numel() for vector in one.state.vectors.values())
            cases.append((f"implicit, {solver}", count, stepping(one)))
        table("a penalty for each weight", [*rows(cases, rounds)])


def layers(full: bool, rounds: int) -> None:
    counts = (20, 200, 2000) if full else (20, 200)
    for method in ("fixed", "delta_stn", "stn"):
        cases = [
            (
                method,
                n,
                stepping(training(spec(3, "; ".join(["linear(16)", "tanh"] * n)), method, 32)),
            )
            for n in counts
        ]
        table("layers (16 wide, each with a tanh)", [*rows(cases, rounds)])


def batches(full: bool, rounds: int) -> None:
    counts = (1, 16, 256, 4096) if full else (1, 16, 256)
    for method in ("fixed", "delta_stn", "stn"):
        cases = [(method, n, stepping(training(spec(batch=n), method, n))) for n in counts]
        table("rows of a batch (784-1200-1200-10)", [*rows(cases, rounds)])


def data(full: bool, rounds: int) -> None:
    """Steps on rows of a file that is mapped; full: one of twice the free memory."""
    text = spec(3, "linear(64); relu")
    program = placed(text)
    largest = 2 * (free_bytes() or 1 << 33) if full else 1 << 29
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (largest // 784 // 16, largest // 784):
            file = Path(folder, f"{count}.npy")  # sparse: it takes no room on the disk
            pixels = np.lib.format.open_memmap(file, "w+", "uint8", (count, 1, 28, 28))
            stored = Stored.of(torch.from_numpy(pixels)).to(device)
            y = torch.zeros(count, dtype=torch.int64, device=device)
            part = Part(stored, y)
            small = Part(torch.zeros(128, *program.input, device=device), y[:128])
            step = stepping(prepare(program, "fixed", sets=Sets(part, small, small)).training)
            step()
            own, taken = [own_bytes()], []
            for _ in range(max(rounds, 50)):
                taken.append(seconds(step))
                own.append(own_bytes())
            found.append(Row("fixed, images in a file", count, statistics.median(taken), max(own)))
    table(f"data (at most {size(largest)} of pixels; memory of the process)", found)


def own_bytes() -> int:
    """What the process has that is no page of a file."""
    lines = dict(line.split(":") for line in Path("/proc/self/status").read_text().splitlines())
    return int(lines["RssAnon"].split()[0]) * 1024


TABLES = {
    "hyperparameters": hyperparameters,
    "penalties": penalties,
    "layers": layers,
    "batches": batches,
    "data": data,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=TABLES, default=[*TABLES])
    parser.add_argument(
        "--busy", action="store_true", help="one thread's processor time, for a busy machine"
    )
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    global clock, device
    device = options.device
    if options.busy:
        clock = time.process_time
        torch.set_num_threads(1)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    for name in options.only:
        TABLES[name](options.full, options.rounds)


if __name__ == "__main__":
    main()
