"""What a program costs, layer by layer, before anything runs."""

from __future__ import annotations

from hypertune.catalogue import Catalogue, Costs, LayerType
from hypertune.ir import Layer, Program, Shape
from hypertune.reporting.numbers import aligned

_TITLE = ["layer", "output", "device", "given", "base", "response", "flops"]


def print_plan(program: Program, catalogue: Catalogue) -> str:
    """A table: shapes, places, parameters, and FLOPs of the plain network per example."""
    kinds = catalogue.of(LayerType)
    costs = [kinds[n.kind].costs(n.args, n.shapes[0], len(n.given)) for n in program.layers]
    rows = [_row(layer, cost) for layer, cost in zip(program.layers, costs, strict=True)]
    sums = (sum(getattr(c, name) for c in costs) for name in ("base", "response", "flops"))
    total = ["total", _shape(program.output), "", "", *map(_count, sums)]
    return aligned([_TITLE, *rows, total])


def _row(layer: Layer, cost: Costs) -> list[str]:
    numbers = (len(layer.given), cost.base, cost.response, cost.flops)
    return [layer.name, _shape(layer.output), layer.device or "default", *map(_count, numbers)]


def _shape(shape: Shape) -> str:
    return " x ".join(map(str, shape))


def _count(number: int) -> str:
    return f"{number:_}"
