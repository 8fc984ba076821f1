"""The share of a training step that batching and augmentation take, of the networks in `specs/`.

    python benchmarks/augmented_steps.py [--steps 5] [--tune delta]

Pixels and classes are drawn, in the shapes of the spec's source; strengths are hyperparameters, a
row of them for each example, as they are perturbed. A step is one of the method of the tune block,
on the weights alone, on one thread; batching and augmentation are timed by themselves. Both in
time of the processor. Prints medians.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from attrs import evolve

from hypertune.catalogue import SourceType
from hypertune.compiler import compile_text
from hypertune.data.scaling import fit
from hypertune.data.serving import Served
from hypertune.data.sets import Part, Sets
from hypertune.ir import Program
from hypertune.lowering import place
from hypertune.lowering.augmentation import Augmentation
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPECS = Path(__file__).parents[1] / "specs"
NAMES = ("fashion_cnn", "cifar_alexnet", "cifar_resnet18", "cifar_vgg16")


def drawn(program: Program) -> Sets:
    """Bytes and classes in the shapes of the source, four batches of them."""
    source = STANDARD.of(SourceType)[program.data.source.kind]
    batch = program.data.batch or 128
    x = torch.randint(256, (4 * batch, *program.input), dtype=torch.uint8)
    y = torch.randint(source.classes, (len(x),))
    part = Part(x, y, fit(program.data.scale, x).late())
    return Sets(part, part, part, classes=source.classes)


def milliseconds(function: Callable[[int], object], steps: int) -> float:
    found = []
    for k in range(steps + 1):
        before = time.thread_time()
        function(k)
        found.append(1e3 * (time.thread_time() - before))
    return statistics.median(found[1:])


def measure(name: str, tune: str, steps: int) -> None:
    text = (SPECS / f"{name}.hspec").read_text(encoding="utf-8")
    program = place(compile_text(text, name).program, STANDARD, ("cpu",))
    sets = drawn(program)
    training = prepare(program, tune, sets=sets).training
    method, state, passes = training.method, training.state, training.passes
    method = evolve(method, warmup=10**9)  # steps of the weights alone
    hypers = training.problem.hypers
    augmentation = Augmentation(program, STANDARD, sets.classes)
    served = Served(sets, program.data.batch, 0)
    rows = len(served.train(0))
    values = hypers.conditioning(hypers.start_H + torch.randn(rows, len(hypers.start_H))).values
    scaling = sets.train.scaling

    def augment(k: int) -> None:
        batch = served.train(k)
        x, y = augmentation("pixels", scaling.numbers(batch.inputs), batch.targets, values)
        augmentation("scaled", scaling.normalised(x), y, values)

    before = milliseconds(augment, 10 * steps)
    step = milliseconds(lambda k: method.step(passes, state, k), steps)
    calls = ", ".join(call.kind for call in program.data.augment) or "none"
    print(f"{name:16} {rows:5} {before:9.2f} ms {step:9.1f} ms {before / step:7.1%}   {calls}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--tune", default="delta")
    parser.add_argument("--specs", nargs="*", default=NAMES)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.ones(2**23 - 2**16)  # from then on glibc keeps memory, as in any training
    print(f"{'':16} {'batch':>5} {'before':>12} {'step':>12} {'share':>7}   augmentations")
    for name in options.specs:
        measure(name, options.tune, options.steps)


if __name__ == "__main__":
    main()
