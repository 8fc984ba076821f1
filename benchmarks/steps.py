"""What a training or validation step costs, against a plain training step of the same network.

    python benchmarks/steps.py [--rounds 60] [--threads 2] [--device cpu]

Two baselines, on the same batch, threads and process, each step timed in turn: `torch`, a loop as
one writes it by hand (`nn.Sequential`, `torch.optim.SGD`), and `fixed`, hypertune's own plain
training of the same network. Augmentation is left out of all. Prints medians and quartiles, and
ratios of medians.

The count (methods: products of the network's size) allows 8/3 = 2.7 for a Delta-STN training step,
6/3 = 2.0 for one of STN and 4/3 = 1.3 for a validation step. The smallest network has nothing to
count: what it shows is the overhead of a step.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from attrs import evolve
from torch import nn

from hypertune.catalogue import LayerType
from hypertune.compiler import compile_text
from hypertune.data.sets import Part, Sets
from hypertune.ir import Program, Ref
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

MLP = """
hspec 1
hyper drop_in, drop_1, drop_2 : rate = 0.05
data { source = mnist; split = (train = 85%, valid = 15%); batch = 128 }
model (1, 28, 28) given * {
  flatten
  dropout(drop_in); linear(1200); relu
  dropout(drop_1);  linear(1200); relu
  dropout(drop_2);  linear(10)
}
objective { train = cross_entropy; valid = cross_entropy }
tune delta { method = delta_stn; weights = sgd(lr = 0.01, momentum = 0.9)
  hypers = rmsprop(lr = 0.01)
  epochs = 1 }
tune stn { method = stn; weights = sgd(lr = 0.01, momentum = 0.9); hypers = rmsprop(lr = 0.01)
  epochs = 1 }
tune fixed { method = fixed; weights = sgd(lr = 0.01, momentum = 0.9); epochs = 1 }
"""
SMALL = (
    MLP.replace("source = mnist", "source = digits")
    .replace("(1, 28, 28)", "(1, 8, 8)")
    .replace("1200", "8")
)
FASHION = Path(__file__).parents[1] / "specs" / "fashion_cnn.hspec"
PLAIN = "\ntune fixed { method = fixed; weights = sgd(lr = 0.01, momentum = 0.9); epochs = 1 }\n"


def plain_network(program: Program) -> nn.Sequential:
    """The network as one writes it in torch, hyperparameters at their start."""
    kinds = STANDARD.of(LayerType)
    starts = {hyper.name: hyper.start for hyper in program.hypers}
    layers = []
    for node in program.layers:
        args = {k: starts[v.hyper] if isinstance(v, Ref) else v for k, v in node.args.items()}
        plain = kinds[node.kind].plain(args, node.shapes[0])
        layers.append(getattr(nn, plain.name)(*plain.args, **plain.options))
    return nn.Sequential(*layers)


def torch_step(program: Program, sets: Sets, device: str) -> Callable[[], None]:
    network = plain_network(program).to(device).train()
    optimiser = torch.optim.SGD(network.parameters(), lr=0.01, momentum=0.9)
    x, y = sets.train.x, sets.train.y

    def step() -> None:
        optimiser.zero_grad()
        nn.functional.cross_entropy(network(x), y).backward()
        optimiser.step()

    return step


def steps(program: Program, sets: Sets, device: str) -> dict[str, Callable[[], None]]:
    """Every step to be timed, by name."""
    found = {"torch": torch_step(program, sets, device)}
    for tune in program.tunes:
        if tune.name not in ("delta", "stn", "fixed"):
            continue
        training = prepare(program, tune.name, sets=sets).training
        method, state, passes = training.method, training.state, training.passes
        method = evolve(method, warmup=10**9) if tune.name != "fixed" else method

        def train(method=method, state=state, passes=passes) -> None:
            method.step(passes, state, 0)

        found[f"{tune.name} train"] = train
        if tune.name != "fixed":

            def valid(method=method, state=state, passes=passes) -> None:
                method.validate(passes, state, passes.valid(0))

            found[f"{tune.name} valid"] = valid
    return found


def measure(
    name: str, program: Program, batch: int, rounds: int, options: argparse.Namespace
) -> None:
    torch.manual_seed(0)
    x = torch.randn(batch, *program.input, device=options.device)
    y = torch.randint(10, (batch,), device=options.device)
    part = Part(x, y)
    timed = steps(program, Sets(part, part, part), options.device)
    seconds: dict[str, list[float]] = {name: [] for name in timed}
    for k in range(rounds + 5):
        for step_name, step in timed.items():
            before = time.perf_counter()
            step()
            if options.device != "cpu":
                torch.accelerator.synchronize()
            if k >= 5:
                seconds[step_name].append(time.perf_counter() - before)
    print(f"\n{name}, batch of {batch}")
    print(f"  {'step':14} {'median':>9} {'quartiles':>17}   /torch  /fixed")
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    for step_name, times in seconds.items():
        low, _, high = statistics.quantiles(times, n=4)
        mid = medians[step_name]
        print(
            f"  {step_name:14} {mid * 1e3:6.2f} ms {low * 1e3:7.2f} - {high * 1e3:5.2f} ms"
            f"   {mid / medians['torch']:6.2f}  {mid / medians['fixed train']:6.2f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}")
    for name, text, batch, rounds in (
        ("64-8-8-10", SMALL, 4, 20 * options.rounds),
        ("784-1200-1200-10", MLP, 128, options.rounds),
        ("fashion_cnn.hspec", FASHION.read_text() + PLAIN, 128, options.rounds),
    ):
        program = place(
            compile_text(text, name).program, STANDARD, ("cpu", options.device), options.device
        )
        program = evolve(program, data=evolve(program.data, augment=()))
        measure(name, program, batch, rounds, options)


if __name__ == "__main__":
    main()
