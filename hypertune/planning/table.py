"""A plan for people."""

from __future__ import annotations

from math import prod

from hypertune.ir import Shape
from hypertune.planning.length import Length
from hypertune.planning.memory import Memory
from hypertune.planning.plan import LayerPlan, Plan
from hypertune.reporting.numbers import aligned, minutes

_TITLE = ["layer", "output", "device", "given", "base", "response", "flops", "activations"]
_LINES = (
    ("data", "data"),
    ("weights", "weights"),
    ("responses", "responses"),
    ("optimiser state", "optimiser"),
    ("vectors of hyperparameters", "hypers"),
    ("activations and gradients of a step", "step"),
    ("evaluation", "evaluation"),
    ("peak", "peak"),
)


def print_plan(found: Plan) -> str:
    """Layers with shapes, places, parameters, FLOPs and activations; then memory and length."""
    parts = [aligned([_TITLE, *map(_row, found.layers), _total(found)])]
    if found.memory is not None:
        parts.append(aligned(_memory(found.memory)))
    if found.length is not None:
        parts.append(_length(found.length))
    return "\n\n".join(parts)


def _row(layer: LayerPlan) -> list[str]:
    node, costs = layer.layer, layer.costs
    numbers = (len(node.given), costs.base, costs.response, costs.flops, prod(node.output))
    return [node.name, _shape(node.output), layer.device, *map(_count, numbers)]


def _total(found: Plan) -> list[str]:
    output = found.layers[-1].layer.output
    activations = sum(prod(layer.layer.output) for layer in found.layers)
    sums = (*(found.total(name) for name in ("base", "response", "flops")), activations)
    return ["total", _shape(output), "", "", *map(_count, sums)]


def _memory(found: dict[str, Memory]) -> list[list[str]]:
    devices = [device if len(found) > 1 else "memory" for device in found]
    rows = [
        [title, *(_bytes(getattr(memory, name)) for memory in found.values())]
        for title, name in _LINES
        if name != "hypers" or any(memory.hypers for memory in found.values())
    ]
    return [["training", *devices], *rows]


def _length(found: Length) -> str:
    start = f"{_count(found.examples)} examples in batches of {_count(found.batch)}: "
    if found.window:
        start = f"{_count(found.examples)} tokens in {_count(found.batch)} streams, "
        start += f"in windows of {_count(found.window)}: "
    start += f"{_counted(found.per_epoch, 'step')} an epoch"
    if found.steps is None or found.epochs is None:
        start += f", for {minutes(found.seconds or 0)}"
    else:
        start += f", {_counted(found.steps, 'step')} in {_counted(found.epochs, 'epoch')}"
    if found.trials is not None:
        start += f"\nat most {_count(found.trials)} trials of that length"
    if found.refit is not None:
        start += f"\nthen trained again until the {found.refit} epoch, on the validation part, too"
    if found.solve is not None:
        start += "\na step is as long as what it solves: at most "
        start += f"{_count(found.solve)} gradients, or products with the Hessian, for each"
    if found.first_turn is None:
        return start
    first = f"hyperparameters are first tuned after step {_count(found.first_turn)}"
    return f"{start}\nnothing is tuned: {first}" if found.too_short else f"{start}\n{first}"


def _shape(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def _count(number: int) -> str:
    return f"{number:_}"


def _counted(number: float, noun: str) -> str:
    shown = _count(int(number)) if number == int(number) else f"{number:.4g}"
    return f"{shown} {noun}{'s' * (number != 1)}"


def _bytes(number: int) -> str:
    return f"{number / 2**20:.1f} MiB" if number >= 2**20 else f"{number / 2**10:.0f} KiB"
