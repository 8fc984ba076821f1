"""What share of a training step goes into its batch: choosing its rows, scaling, augmenting.

    python benchmarks/serving.py [--steps 40] [--threads 1] [SPEC …]

Steps of the first tune block of each spec, warm-up left out, on numbers of the source's shape, at
most 10,000 examples of them. What is measured runs inside the steps, as in a training: all that
`Served`, `Scaling` and `Augmentation` do, against all of `method.step`. With one thread it is the
time of the processor, with more that of the clock. Prints medians and quartiles.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from attrs import evolve

from hypertune.catalogue import SourceType
from hypertune.compiler import compile_text
from hypertune.data.scaling import Scaling
from hypertune.data.serving import Served
from hypertune.data.sets import Part, Sets
from hypertune.ir import Program, Quantity
from hypertune.lowering import place
from hypertune.lowering.augmentation import Augmentation
from hypertune.runtime import Stepped
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPECS = sorted((Path(__file__).parents[1] / "specs").glob("*.hspec"))
MOST = 10_000  # examples
PARTS = {
    "rows": ((Served, "train"), (Served, "valid")),
    "scaling": ((Scaling, "numbers"), (Scaling, "normalised")),
    "augment": ((Augmentation, "__call__"),),
}


class Stopwatch:
    """Seconds spent in methods that it is put upon, by name; since the last lap, and by lap."""

    def __init__(self) -> None:
        self._clock = time.thread_time if torch.get_num_threads() == 1 else time.perf_counter
        self._now: dict[str, float] = {}
        self._watched: set[tuple[type, str]] = set()
        self.laps: list[dict[str, float]] = []

    def put_upon(self, name: str, owner: type, method: str) -> None:
        if (owner, method) in self._watched:
            return
        self._watched.add((owner, method))
        inner: Callable[..., Any] = getattr(owner, method)

        def timed(*args: Any, **named: Any) -> Any:
            before = self._clock()
            try:
                return inner(*args, **named)
            finally:
                self._now[name] = self._now.get(name, 0.0) + self._clock() - before

        setattr(owner, method, timed)

    def lap(self) -> None:
        self.laps.append(self._now)
        self._now = {}


def made_up(program: Program) -> Sets:
    """Examples as the source of a program would give them, all of them at random."""
    call = program.data.source
    source = STANDARD.of(SourceType)[call.kind].seen(call.args)
    count = min(MOST, sum(source.sizes.values()))
    torch.manual_seed(0)
    x = torch.rand(count, *source.shape)
    if source.width == 1:
        x = x.mul_(256).to(torch.uint8)
    y = torch.randint(source.classes, (count,)) if source.classes else torch.randn(count)
    part = Part(x, y)
    return Sets(part, part, part, classes=source.classes)


def steps(path: Path, watch: Stopwatch, count: int) -> None:
    """Train so many steps, a lap each."""
    program = place(compile_text(path.read_text(), str(path)).program, STANDARD, ("cpu",), "cpu")
    tune = program.tunes[0]
    none = {"warmup": Quantity(0, "steps")} if "warmup" in tune.method.args else {}
    method = evolve(tune.method, args=tune.method.args | none)
    program = evolve(program, tunes=(evolve(tune, method=method),))
    training = prepare(program, sets=made_up(program)).training
    watch.put_upon("step", type(training.method), "step")
    watch.lap()
    watch.laps.clear()
    for event in training.run():
        if isinstance(event, Stepped):
            watch.lap()
        if len(watch.laps) == count:
            return


def shown(values: list[float], unit: str) -> str:
    low, middle, high = statistics.quantiles(values, n=4)
    return f"{middle:8.2f}{unit} ({low:.2f} - {high:.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("specs", type=Path, nargs="*", default=SPECS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    watch = Stopwatch()
    for name, methods in PARTS.items():
        for owner, method in methods:
            watch.put_upon(name, owner, method)
    for path in options.specs:
        steps(path, watch, options.steps)
        laps = watch.laps[3:]
        print(f"\n{path.name}: a step takes {shown([1e3 * lap['step'] for lap in laps], ' ms')}")
        for name in PARTS:
            shares = [100 * lap.get(name, 0.0) / lap["step"] for lap in laps]
            print(f"  {name:8} {shown(shares, ' %')}")


if __name__ == "__main__":
    main()
