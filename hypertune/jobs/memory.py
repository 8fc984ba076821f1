"""Whether a training fits into the memory that is there."""

from __future__ import annotations

from hypertune.catalogue import Catalogue
from hypertune.data.main_memory import free_bytes, size
from hypertune.ir import Program
from hypertune.planning import ceiling, plan
from hypertune.planning.plan import LayerPlan
from hypertune.runs import RunError


class TooLittleMemory(RunError):
    """A training would take more memory than is free. Units: bytes."""

    def __init__(self, device: str, needed: int, free: int, layer: str, weights: int) -> None:
        super().__init__(
            f"the training takes about {size(needed)} of memory on {device}, and {size(free)} are "
            f"free; the largest layer there is `{layer}` with {weights:_} weights. "
            "`hypertune plan` says what takes how much; `--any-size` trains all the same"
        )


def check_memory(program: Program, tune: str, catalogue: Catalogue) -> None:
    """Nothing, if what is planned fits on each device, or nobody knows what is free there.

    Args:
        program: placed.
        tune: the block to run.
        catalogue: has its kinds.

    Raises:
        TooLittleMemory: naming the device, and the largest layer on it.

    """
    devices = {node.device or "cpu" for node in program.layers}
    there = {device: free_bytes() if device == "cpu" else _free_on(device) for device in devices}
    at_most = ceiling(program, program.tune(tune), catalogue)  # measuring takes seconds
    if at_most is not None and all(free is None or at_most < free for free in there.values()):
        return
    found = plan(program, catalogue, tune)
    for device, memory in (found.memory or {}).items():
        free = there[device]
        if free is not None and memory.peak > free:
            here = [layer for layer in found.layers if layer.device == device]
            largest = max(here, key=_weights)
            raise TooLittleMemory(device, memory.peak, free, largest.layer.name, _weights(largest))


def _weights(layer: LayerPlan) -> int:
    return layer.costs.base + layer.costs.response


def _free_on(device: str) -> int | None:
    """What can be had on an accelerator, where torch can tell."""
    import torch

    if not device.startswith("cuda"):
        return None
    free, _ = torch.cuda.mem_get_info(device)
    return int(free)
