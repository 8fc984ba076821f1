"""What a step asks of the device: operations, kernels, memory, and whether the host waits for it.

    python benchmarks/launches.py [--device cpu] [--only quickstart …] [--compile]

For the steps of `steps.py`, as they are and with their losses replayed: how many operations the
host asks torch for, views left out; a replay is one of them, and what is copied to its inputs and
from its outputs counts, too. On a CUDA device also, by torch's profiler: how many kernels and
copies the device runs and how often the host launches something (a graph is launched once); the
most memory that tensors take during a step, and what torch has reserved for it, the memory of
graphs included; and what first waits for the device, if anything does. With `--compile` the
losses that are replayed are compiled.

Warm-up steps make the graphs, and are not counted.
"""

from __future__ import annotations

import argparse
import gc
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch
from attrs import frozen
from steps import BOTH, CAPTURED, Step, networks, one_batch, own_steps, recorded, settled
from torch.autograd import DeviceType
from torch.profiler import ProfilerActivity, profile
from torch.utils._python_dispatch import TorchDispatchMode

from hypertune.runtime import Outputs

WARM_UPS = 3
LAUNCHES = ("cudaLaunch", "cuLaunch", "cudaGraphLaunch", "cudaMemcpy", "cudaMemset")
NO_WORK = ("aten::empty", "aten::empty_like", "aten::empty_strided", "aten::_local_scalar_dense")


class Operations(TorchDispatchMode):
    """Counts, inside of `with`, the operations that make kernels; not those of a replay."""

    def __init__(self) -> None:
        super().__init__()
        self.count, self._replaying = 0, False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        works = not func.is_view and func.name().split(".")[0] not in NO_WORK
        self.count += works and not self._replaying
        return func(*args, **(kwargs or {}))

    def record(
        self, function: Callable[[], Outputs], device: torch.device
    ) -> Callable[[], Outputs]:
        """As `recorded`; a replay counts as one operation."""
        again = recorded(function, device)

        def replay() -> Outputs:
            self.count += 1
            self._replaying = True
            try:
                return again()
            finally:
                self._replaying = False

        return replay


@frozen
class Asked:
    """What a step asks of a CUDA device. Units: bytes."""

    kernels: int
    launches: int
    most: int
    reserved: int
    waits: str


def operations(step: Step, counter: Operations) -> int:
    """How many the host asks for in a step, in the mean over those that are taken at once."""
    counter.count = 0
    with counter:
        step.take()
    return round(counter.count / step.times)


def asked(step: Step) -> Asked:
    """What the profiler, the allocator and torch's watch over waiting see of a step."""
    with profile(activities=[ProfilerActivity.CPU, ProfilerActivity.CUDA]) as found:
        step.take()
        torch.cuda.synchronize()
    events = found.events() or []
    kernels = sum(event.device_type == DeviceType.CUDA for event in events)
    launches = sum(e.name.startswith(LAUNCHES) for e in events)
    torch.cuda.reset_peak_memory_stats()
    step.take()
    most, reserved = torch.cuda.max_memory_allocated(), torch.cuda.memory_reserved()
    one = round(kernels / step.times), round(launches / step.times)
    return Asked(*one, most, reserved, waits(step))


def waits(step: Step) -> str:
    """What a step first waits for; empty if for nothing."""
    torch.cuda.set_sync_debug_mode("error")
    try:
        step.take()
    except RuntimeError as fault:
        here = [f for f in traceback.extract_tb(fault.__traceback__) if "hypertune" in f.filename]
        return f"{Path(here[-1].filename).name}:{here[-1].lineno}" if here else str(fault)
    finally:
        torch.cuda.set_sync_debug_mode("default")
    return ""


def told(step: Step, counter: Operations, device: str) -> str:
    for _ in range(WARM_UPS):
        step.take()
    line = f"  {step.method:45} {operations(step, counter):10}"
    if device == "cpu":
        return line
    found = asked(step)
    return (
        f"{line} {found.kernels:8} {found.launches:8} {found.most / 2**20:10.1f}"
        f" {found.reserved / 2**20:10.1f}   {found.waits or 'nothing'}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--only", nargs="+", default=[*networks()], choices=[*networks()])
    parser.add_argument("--compile", action="store_true", help="compile what is replayed")
    options = parser.parse_args()
    print(f"torch {torch.__version__}, {options.device}")
    columns = f"  {'step':45} {'operations':>10}"
    if options.device != "cpu":
        columns += f" {'kernels':>8} {'launches':>8} {'MiB':>10} {'reserved':>10}   waits for"
    for name in options.only:
        program = settled(name, options.device)
        sets = one_batch(program, options.device)
        print(f"\n{name}, batch of {program.data.batch}\n{columns}")
        for remark in ("", BOTH if options.compile else CAPTURED):
            counter = Operations()
            for step in own_steps(program, sets, (1.0,), remark, counter.record):
                print(told(step, counter, options.device), flush=True)
            del step
            gc.collect()  # lest one training counts in the memory of the next
            if options.device != "cpu":
                torch.cuda.empty_cache()


if __name__ == "__main__":
    main()
