"""How much memory a training takes, on each device.

What lasts (data, weights, optimiser state) is counted. What comes and goes is found by walking
back through each pass of a step.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, prod

from attrs import frozen

from hypertune.catalogue import (
    Catalogue,
    Costs,
    LossType,
    MethodType,
    OptimiserType,
    SourceType,
)
from hypertune.data.evaluation import EVALUATED_AT_ONCE
from hypertune.ir import Node, Program, Tune
from hypertune.planning.length import examples
from hypertune.planning.walk import FLOAT, most_back, most_forward

Placed = tuple[Node, Costs, str]  # the last is its device

_TARGET = 8


@frozen
class Memory:
    """What lies on a device.

    Units: bytes. `step` is the most that a step adds (activations and gradients), `evaluation`
    the most that the evaluation of a part does.
    """

    data: int
    weights: int
    responses: int
    optimiser: int
    step: int
    evaluation: int

    @property
    def peak(self) -> int:
        """The most there is at any time."""
        lasting = self.data + self.weights + self.responses + self.optimiser
        return lasting + max(self.step, self.evaluation)


def memory(
    program: Program, tune: Tune, catalogue: Catalogue, nodes: Sequence[Placed]
) -> dict[str, Memory]:
    """What a training by one tune block takes on each device, the first layer's first."""
    found = {}
    for device in dict.fromkeys(device for _, _, device in nodes):
        here = [(layer, costs) for layer, costs, its in nodes if its == device]
        first = device == nodes[0][2]
        found[device] = _on_device(program, tune, catalogue, here, first)
    return found


def _on_device(
    program: Program,
    tune: Tune,
    catalogue: Catalogue,
    here: Sequence[tuple[Node, Costs]],
    first: bool,
) -> Memory:
    passes = catalogue.of(MethodType)[tune.method.kind].passes(tune.method.args)
    base = sum(costs.base for _, costs in here)
    response = sum(costs.response for _, costs in here)
    slots = {name: _slots(tune, name, catalogue) for name in ("weights", "responses")}
    sizes = examples(program.data, catalogue)
    batch = program.data.batch or max(sizes.values())
    parts = (size for part, size in sizes.items() if part != "train")
    evaluated = min(EVALUATED_AT_ONCE, max(parts, default=0))
    folded = any(p.responding and "base" in p.trains for p in passes)
    losses = [catalogue.of(LossType)[term.loss.kind] for term in program.objective.train]
    penalties = [loss for loss in losses if loss.penalty]
    width = 2 if tune.precision == "bf16" else FLOAT
    return Memory(
        data=_data(program, catalogue, sizes) if first else 0,
        weights=FLOAT * base,
        responses=FLOAT * response,
        optimiser=FLOAT * (slots["weights"] * base + slots["responses"] * response),
        step=max(most_back(here, p, ceil(p.share * batch), width, penalties) for p in passes),
        evaluation=evaluated * FLOAT * most_forward(here, folded),
    )


def _slots(tune: Tune, group: str, catalogue: Catalogue) -> int:
    call = tune.optimisers.get(group)
    if call is None:
        return 0
    return catalogue.of(OptimiserType)[call.kind].slots(call.args)


def _data(program: Program, catalogue: Catalogue, sizes: dict[str, int]) -> int:
    width = catalogue.of(SourceType)[program.data.source.kind].width
    return sum(sizes.values()) * (width * prod(program.input) + _TARGET)
