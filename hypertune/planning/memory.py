"""How much memory a training takes, on each device.

What lasts (data, weights, optimiser state) is counted. What comes and goes is found by walking
back through each pass of a step: at a layer, the activations of those before it are still kept,
and the gradients of those after it are already there.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, prod

from attrs import frozen

from hypertune.catalogue import Catalogue, Costs, MethodType, OptimiserType, Pass, SourceType
from hypertune.data.evaluation import EVALUATED_AT_ONCE
from hypertune.ir import Layer, Program, Tune
from hypertune.planning.length import examples

Node = tuple[Layer, Costs, str]  # the last is its device

_FLOAT = 4
_TARGET = 8


@frozen
class Memory:
    """What lies on a device.

    Units: bytes. `weights` and `responses` count twice what a method trains: the network's own
    and the method's. `step` is the most that a step adds (activations and gradients), `evaluation`
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
    program: Program, tune: Tune, catalogue: Catalogue, nodes: Sequence[Node]
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
    here: Sequence[tuple[Layer, Costs]],
    first: bool,
) -> Memory:
    kind = catalogue.of(MethodType)[tune.method.kind]
    passes = kind.passes(tune.method.args)
    base = sum(costs.base for _, costs in here)
    response = sum(costs.response for _, costs in here)
    slots = {name: _slots(tune, name, catalogue) for name in ("weights", "responses")}
    sizes = examples(program.data, catalogue)
    batch = program.data.batch or max(sizes.values())
    evaluated = min(EVALUATED_AT_ONCE, max(sizes.values()))
    folded = any(p.responding and "base" in p.trains for p in passes)
    return Memory(
        data=_data(program, catalogue, sizes) if first else 0,
        weights=2 * _FLOAT * base,
        responses=(2 if kind.needs_response else 1) * _FLOAT * response,
        optimiser=_FLOAT * (slots["weights"] * base + slots["responses"] * response),
        step=max(_step(program, here, p, ceil(p.share * batch), tune.precision) for p in passes),
        evaluation=evaluated * _FLOAT * max(_passing(n, c, folded) for n, c in here),
    )


def _slots(tune: Tune, group: str, catalogue: Catalogue) -> int:
    call = tune.optimisers.get(group)
    if call is None:
        return 0
    return catalogue.of(OptimiserType)[call.kind].slots(call.args)


def _data(program: Program, catalogue: Catalogue, sizes: dict[str, int]) -> int:
    width = catalogue.of(SourceType)[program.data.source.kind].width
    return sum(sizes.values()) * (width * prod(program.input) + _TARGET)


def _step(
    program: Program,
    here: Sequence[tuple[Layer, Costs]],
    taken: Pass,
    rows: int,
    precision: str,
) -> int:
    """The largest sum, at any layer of the walk back, of what is kept and what is there anew."""
    width = 2 if precision == "bf16" else _FLOAT
    gradients = [_FLOAT * sum(getattr(c, group) for group in taken.trains) for _, c in here]
    read = {name for layer, costs in here for name in _read(layer, costs)}
    kept = prod(program.input) * (here[0][0].inputs == ("input",))
    there, most = sum(gradients), 0
    for (layer, costs), gradient in zip(here, gradients, strict=True):
        kept += costs.extra + prod(layer.output) * (layer.name in read)
        if taken.responding and costs.response:
            kept += prod(layer.output)  # what the response is multiplied by
        passing = _passing(layer, costs, taken.responding)
        most = max(most, rows * width * (kept + passing) + there)
        there -= gradient
    return most


def _read(layer: Layer, costs: Costs) -> tuple[str, ...]:
    """The nodes whose outputs the backward pass of a layer reads."""
    own = (layer.name,) if "output" in costs.keeps else ()
    return own + (layer.inputs if "input" in costs.keeps else ())


def _passing(layer: Layer, costs: Costs, responding: bool) -> int:
    """Numbers per example that come and go at a layer: what enters, what leaves.

    Where it answers, the second product lies beside the first, and a kernel's copy beside both.
    """
    copies = 3 if responding and costs.response else 1
    return sum(map(prod, layer.shapes)) + copies * prod(layer.output)
