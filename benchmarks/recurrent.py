"""What a training step of a responding LSTM costs, against `torch.nn.LSTM` of the same size.

    python benchmarks/recurrent.py [--rounds 21] [--threads 1 2] [--units 200 650] [--given 7]
        [--device cpu]

A step is forward, backward and SGD on the sum of squared outputs. `plain` is our kernel without a
response, `responding` trains base and response together, each example perturbed on its own (STN),
`linearised` trains the response on the tangent (Delta-STN's response step). Each is timed right
after a step of torch's; printed are medians and quartiles of the ratios of such pairs. With one
thread it is the time of the process that counts, so that others on the machine do not.

The count (products of one map over the sequence; the inputs are data): plain 5, W x and W h
forward, and h and W twice back; responding 10; linearised 8, W x, U x, W h, U h and W dh forward,
and dh and U twice back.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from hypertune.response.recurrent import LSTM, GateMap, linearised, recurrent

NAMES = "plain", "responding", "linearised"

Step = Callable[[], None]


class Response(nn.Module):
    """U, V, c and C of both maps, and the maps they make."""

    def __init__(self, plain: nn.LSTM, given: int) -> None:
        super().__init__()
        twin = nn.LSTM(plain.input_size, plain.hidden_size, batch_first=True)
        self.twin = nn.ParameterList(twin.parameters())
        rows = 4 * plain.hidden_size
        self.scales = nn.ParameterList(0.1 * torch.randn(rows, given) for _ in range(4))

    def maps(self, base: list[Tensor], delta_BG: Tensor) -> Iterator[GateMap]:
        for k in range(2):
            shift_BG = delta_BG @ self.scales[k + 2].T * self.twin[k + 2]
            yield GateMap(
                base[k], base[k + 2], self.twin[k], delta_BG @ self.scales[k].T, shift_BG
            )


def steps(
    units: int, batch: int, length: int, given: int, device: str
) -> tuple[Step, dict[str, Step]]:
    """Torch's step, and ours by name."""
    plain = nn.LSTM(units, units, batch_first=True).to(device)
    response = Response(plain, given).to(device)
    x_BTI = torch.randn(batch, length, units, device=device)
    delta_BG = torch.randn(batch, given, device=device)
    zeros = x_BTI.new_zeros(batch, units), x_BTI.new_zeros(batch, units)
    weights = list(plain.parameters())
    base, answers = torch.optim.SGD(weights, 1e-5), torch.optim.SGD(response.parameters(), 1e-5)

    def trained(read: Callable[[], Tensor], *optimisers: torch.optim.Optimizer) -> Step:
        def step() -> None:
            for optimiser in optimisers:
                optimiser.zero_grad()
            read().square().sum().backward()
            for optimiser in optimisers:
                optimiser.step()

        return step

    def read_plain() -> Tensor:
        maps = GateMap(weights[0], weights[2]), GateMap(weights[1], weights[3])
        return recurrent(LSTM(), x_BTI, zeros, *maps)[0]

    def read_responding() -> Tensor:
        return recurrent(LSTM(), x_BTI, zeros, *response.maps(weights, delta_BG))[0]

    def read_linearised() -> Tensor:
        maps = response.maps([weight.detach() for weight in weights], delta_BG)
        (y, _), (dy, _) = linearised(LSTM(), x_BTI, None, zeros, (None, None), *maps)
        return y + dy

    ours = {
        "plain": trained(read_plain, base),
        "responding": trained(read_responding, base, answers),
        "linearised": trained(read_linearised, answers),
    }
    return trained(lambda: plain(x_BTI)[0], base), ours


def seconds(step: Step, device: str) -> float:
    alone = device == "cpu" and torch.get_num_threads() == 1
    clock = time.process_time if alone else time.perf_counter
    before = clock()
    step()
    if device != "cpu":
        torch.accelerator.synchronize()
    return clock() - before


def measure(units: int, batch: int, length: int, options: argparse.Namespace) -> None:
    torch.manual_seed(0)
    device = options.device
    reference, ours = steps(units, batch, length, options.given, device)
    ratios: dict[str, list[float]] = {name: [] for name in ours}
    times: list[float] = []
    for k in range(options.rounds + 2):
        for name, step in ours.items():
            pair = seconds(reference, device), seconds(step, device)
            if k >= 2:
                times.append(pair[0])
                ratios[name].append(pair[1] / pair[0])
    print(f"  {units:4} {batch:4} {length:4} {statistics.median(times) * 1e3:8.1f} ms", end="")
    for found in ratios.values():
        low, middle, high = statistics.quantiles(found, n=4)
        print(f"   {middle:5.2f} ({low:.2f} - {high:.2f})", end="")
    print(flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--units", type=int, nargs="+", default=[200, 650])
    parser.add_argument("--given", type=int, default=7, help="hyperparameters that it responds to")
    parser.add_argument("--device", default="cpu")
    options = parser.parse_args()
    print(f"{platform.machine()}, {platform.system()}, torch {torch.__version__}")
    for threads in options.threads if options.device == "cpu" else (torch.get_num_threads(),):
        torch.set_num_threads(threads)
        print(f"\n{threads} threads; ratio to torch's step: median (quartiles)")
        print("  units batch steps       torch", *(f"{name:>20}" for name in NAMES))
        for units in options.units:
            for batch, length in ((20, 35), (40, 70)):
                measure(units, batch, length, options)


if __name__ == "__main__":
    main()
