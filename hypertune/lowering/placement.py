"""`place`: settle the device of every layer."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from hypertune.catalogue import Catalogue
from hypertune.diagnostics import Span, SpecError
from hypertune.ir import Label, Program
from hypertune.lowering.balance import estimated_bytes
from hypertune.lowering.errors import NoSuchDevice, TiedApart


def visible_devices() -> tuple[str, ...]:
    """The devices of this machine, `cpu` first."""
    import torch

    kind = torch.accelerator.current_accelerator()
    if kind is None:
        return ("cpu",)
    count = torch.accelerator.device_count()
    return ("cpu", *(f"{kind.type}:{i}" for i in range(count)))


def place(
    program: Program, catalogue: Catalogue, devices: Sequence[str], default: str = "cpu"
) -> Program:
    """Give every layer a device of the machine.

    Args:
        program: as elaborated; a layer's device is what stands after `on`, or empty.
        catalogue: has the layer types, which know how large a layer is.
        devices: what the machine has, such as `("cpu", "cuda:0", "cuda:1")`.
        default: for layers without `on`.

    Raises:
        SpecError: with every layer placed on a device that is not there, or away from the layer
            whose weight it has.

    """
    wanted = [_spelt_out(layer.device or default) for layer in program.layers]
    found = {
        (layer.device or default): NoSuchDevice(
            layer.origin if isinstance(layer.origin, Span) and layer.device else None,
            layer.device or default,
            tuple(devices),
        )
        for layer, device in zip(program.layers, wanted, strict=True)
        if device not in (*devices, "auto")
    }
    if found:
        raise SpecError(tuple(found.values()))
    spread = [i for i, device in enumerate(wanted) if device == "auto"]
    sizes = estimated_bytes(program, catalogue) if spread else []
    over = [d for d in devices if d != "cpu"] or ["cpu"]
    for i, share in zip(spread, shares([sizes[i] for i in spread], len(over)), strict=True):
        wanted[i] = over[share]
    _bring_together(program, wanted)
    placed = (evolve(n, device=d) for n, d in zip(program.layers, wanted, strict=True))
    return evolve(program, layers=tuple(placed))


def _bring_together(program: Program, devices: list[str]) -> None:
    """Put a layer that has the weight of another where that one is."""
    places = {node.name: i for i, node in enumerate(program.layers)}
    apart = []
    for i, node in enumerate(program.layers):
        owner = node.args.get("tied")
        if not isinstance(owner, Label):
            continue
        where = devices[places[owner.layer]]
        if node.device not in ("", "auto") and devices[i] != where:
            span = node.origin if isinstance(node.origin, Span) else None
            apart.append(TiedApart(span, devices[i], owner.layer, where))
        devices[i] = where
    if apart:
        raise SpecError(tuple(apart))


def shares(sizes: Sequence[int], count: int) -> list[int]:
    """Cut a sequence into at most `count` runs whose largest sum is the least possible.

    Gives the number of the run that each element falls into.
    """
    low, high = max(sizes, default=0), sum(sizes)
    while low < high:
        middle = (low + high) // 2
        if max(_greedy(sizes, middle), default=0) < count:
            high = middle
        else:
            low = middle + 1
    return _greedy(sizes, low)


def _greedy(sizes: Sequence[int], cap: int) -> list[int]:
    run, filled, runs = 0, 0, []
    for size in sizes:
        if filled + size > cap and filled:
            run, filled = run + 1, 0
        filled += size
        runs.append(run)
    return runs


def _spelt_out(device: str) -> str:
    return f"{device}:0" if device in ("cuda", "xpu", "mps") else device
