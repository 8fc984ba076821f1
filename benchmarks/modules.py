"""What `respond` makes of torchvision's classifiers, and what a Delta-STN step of them costs.

    python benchmarks/modules.py [resnet18 vit_b_16 …] [--side 64] [--batch 32] [--share 1]
        [--rounds 7] [--threads 1] [--device cpu]

For each network, with random weights: how much the output differs from the original's at first
(of the largest number in it), in training and in evaluation; the median time of a training step
of Delta-STN and of one of its validation steps, over that of the original's training step with
the same optimiser; whether what it is folded to is loaded into an untouched original, and gives
the same there. The steps are taken in turn. With one thread it is the time of the process that
counts, so that others on the machine do not.

Two hyperparameters, an input noise and a label smoothing, each with a draw for each example; all
layers respond to both.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable
from copy import deepcopy

import torch
import torchvision
from torch import Tensor, nn
from torch.nn import functional as F

from hypertune import DeltaSTN, Hypers, Optimiser, Recipe, respond
from hypertune.modules.responding import Responding
from hypertune.runtime import Batch, Kept, Passes, Sample

NETWORKS = ("resnet18", "mobilenet_v3_small", "densenet121", "convnext_tiny", "vit_b_16")
SGD = Optimiser(torch.optim.SGD, {"lr": 1e-3, "momentum": 0.9})


def original(name: str, side: int, device: str) -> nn.Module:
    options = {"image_size": side} if name.startswith("vit") else {}
    return torchvision.models.get_model(name, num_classes=10, **options).to(device)


def hypers(device: str) -> Hypers:
    fixed = torch.ones(2, dtype=torch.bool, device=device)
    start = torch.full((2,), -2.0, device=device)
    return Hypers(("noise", "smoothing"), start, -start / 8, fixed, ~fixed, ~fixed, torch.sigmoid)


def smoothed(network, values, batch: Batch) -> Tensor:
    strength_B = values["noise"].reshape(-1, 1, 1, 1)
    found = network(batch.inputs + strength_B * torch.randn_like(batch.inputs)).log_softmax(1)
    right_B, even_B = F.nll_loss(found, batch.targets, reduction="none"), -found.mean(1)
    return right_B.lerp(even_B, values["smoothing"].expand(len(found))).mean()


def error(network, values, batch: Batch) -> Tensor:
    return F.cross_entropy(network(batch.inputs), batch.targets)


class OneBatch:
    per_epoch = 1

    def __init__(self, batch: Batch) -> None:
        self.batch = batch

    def train(self, k: int) -> Batch:
        return self.batch

    def valid(self, k: int) -> Batch:
        return self.batch


def plain_step(module: nn.Module, batch: Batch) -> Callable[[], None]:
    module.train()
    optimiser = SGD.make(module.parameters())

    def step() -> None:
        optimiser.zero_grad()
        F.cross_entropy(module(batch.inputs), batch.targets).backward()
        optimiser.step()

    return step


def difference(module: nn.Module, net: Responding, batch: Batch) -> float:
    """Of the outputs at first, in units of the largest; both modes count."""
    outputs: list[Tensor] = []

    def kept(network, values, batch: Batch) -> Tensor:
        outputs.append(network(batch.inputs))
        return outputs[-1].sum()

    problem, worst = net.problem(kept, kept), 0.0
    conditioning = problem.hypers.conditioning(
        problem.hypers.start_H[None], torch.randn(len(batch), 2, device=batch.inputs.device)
    )
    sample = Sample(batch, Kept(problem.statistics), draw=1)
    for loss, mode in ((problem.inner, True), (problem.outer, False)):
        with torch.no_grad():
            loss({**problem.base, **problem.response}, conditioning, sample)
            torch.manual_seed(1)
            expected = deepcopy(module).train(mode)(batch.inputs)
        worst = max(worst, float((outputs[-1] - expected).abs().max() / expected.abs().max()))
    return worst


def measured(step: Callable[[], None], device: str, clock: Callable[[], float]) -> float:
    before = clock()
    step()
    if device != "cpu":
        torch.accelerator.synchronize()
    return clock() - before


def told(name: str, options: argparse.Namespace) -> str:
    torch.manual_seed(0)
    device, side = options.device, options.side
    x = torch.randn(options.batch, 3, side, side, device=device)
    batch = Batch(x, torch.randint(10, (options.batch,), device=device))
    module = original(name, side, device)
    net = respond(module, hypers(device))
    differs = difference(module, net, batch)

    problem = net.problem(smoothed, error)
    method, passes = (
        DeltaSTN(warmup=10**9, response_share=options.share),
        Passes(problem, OneBatch(batch), 0),
    )
    state = method.init(problem, Recipe(weights=SGD, hypers=SGD))
    steps = {
        "plain": plain_step(module, batch),
        "train": lambda: method.step(passes, state, 0),
        "valid": lambda: method.validate(passes, state, passes.valid(0)),
    }
    one_process = device == "cpu" and torch.get_num_threads() == 1
    clock = time.process_time if one_process else time.perf_counter
    seconds: dict[str, list[float]] = {name: [] for name in steps}
    for k in range(options.rounds + 1):
        for step_name, step in steps.items():
            taken = measured(step, device, clock)
            if k:
                seconds[step_name].append(taken)
    plain, train, valid = (statistics.median(times) for times in seconds.values())

    conditioning = method.conditioning(problem, state)
    untouched = original(name, side, device).eval()
    untouched.load_state_dict(net.folded(state.weights, conditioning, Kept(passes.statistics)))
    with torch.no_grad():
        found, _ = net.problem(error, error).outer(
            state.weights, conditioning, Sample(batch, Kept(passes.statistics))
        )
        same = torch.isclose(F.cross_entropy(untouched(x), batch.targets), found, rtol=1e-4)
    return (
        f"{name:20} {len(net.responding):5} {len(net.plain):5}   {differs:8.1e}"
        f"   {plain * 1e3:8.1f} ms {train / plain:7.2f} {valid / plain:7.2f}"
        f" {(train + valid / method.train_steps) / plain:7.2f}   {'yes' if same else 'NO'}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", nargs="*", default=NETWORKS)
    parser.add_argument("--side", type=int, default=64)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--share", type=float, default=1.0, help="the method's response_share")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__},")
    print(f"batch of {options.batch}, images of {options.side} x {options.side}\n")
    print(f"{'':20} {'layers':^11}   {'output':>8}   {'original':>11} {'of its step':^23}")
    print(
        f"{'network':20} {'resp.':>5} {'plain':>5}   {'differs':>8}   {'step':>11}"
        f" {'train':>7} {'valid':>7} {'mean':>7}   folded"
    )
    for name in options.networks:
        print(told(name, options), flush=True)


if __name__ == "__main__":
    main()
