"""`plan`: a program and a tune block to what they cost."""

from __future__ import annotations

from attrs import evolve, frozen

from hypertune.catalogue import Catalogue, Costs
from hypertune.ir import Node, Program
from hypertune.planning.length import Length, length
from hypertune.planning.memory import Memory, memory

DEFAULT_DEVICE = "default"


@frozen
class LayerPlan:
    """A layer and its costs."""

    layer: Node
    costs: Costs

    @property
    def device(self) -> str:
        """As settled, or as written in the spec."""
        return self.layer.device or DEFAULT_DEVICE


@frozen
class Plan:
    """What a training takes.

    Units: bytes by device in `memory`; None in what only a tune block settles.
    """

    layers: tuple[LayerPlan, ...]
    tune: str
    memory: dict[str, Memory] | None
    length: Length | None

    def total(self, name: str) -> int:
        """The sum of `base`, `response` or `flops` over the layers."""
        return sum(int(getattr(layer.costs, name)) for layer in self.layers)


def plan(program: Program, catalogue: Catalogue, tune_name: str = "") -> Plan:
    """Count what a program takes to train.

    Args:
        program: placed or not; without, a device is what stands after `on`.
        catalogue: has its kinds.
        tune_name: one of its tune blocks, the first if empty.

    Raises:
        KeyError: if there is no such tune block.

    """
    costs = catalogue.costs(program)
    layers = tuple(LayerPlan(n, c) for n, c in zip(program.layers, costs, strict=True))
    if not program.tunes and not tune_name:
        return Plan(layers, "", None, None)
    tune = program.tune(tune_name)
    sizes = length(program, tune, catalogue)
    placed = evolve(program, layers=tuple(_placed(layer) for layer in layers))
    found = memory(placed, tune, catalogue, [(layer.costs, layer.device) for layer in layers])
    return Plan(layers, tune.name, found, sizes)


def _placed(layer: LayerPlan) -> Node:
    return evolve(layer.layer, device=layer.device)
