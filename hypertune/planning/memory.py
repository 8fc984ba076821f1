"""How much memory a training takes, on each device.

What lasts (data, weights, optimiser state) is counted, what comes and goes is measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from attrs import frozen

from hypertune.catalogue import Catalogue, Costs, MethodType, OptimiserType, SourceType
from hypertune.ir import Program, Tune
from hypertune.planning.length import examples

Placed = tuple[Costs, str]  # of a layer, and its device

_FLOAT = 4
_TARGET = 8


@frozen
class Memory:
    """What lies on a device.

    Units: bytes. `hypers` are the hyperparameters that there are many of, with what their
    optimiser keeps; the others are few. `step` is the most that a step adds (activations and
    gradients), `evaluation` the most that the evaluation of a part does.
    """

    data: int
    weights: int
    responses: int
    optimiser: int
    hypers: int
    step: int
    evaluation: int

    @property
    def peak(self) -> int:
        """The most there is at any time."""
        lasting = self.data + self.weights + self.responses + self.optimiser + self.hypers
        return lasting + max(self.step, self.evaluation)


def memory(
    program: Program, tune: Tune, catalogue: Catalogue, layers: Sequence[Placed]
) -> dict[str, Memory]:
    """What a training by one tune block takes on each device, the first layer's first.

    Loads torch.
    """
    from hypertune.planning.measuring import transient

    sizes = examples(program.data, catalogue)
    found = transient(program, tune, catalogue, sizes)
    slots = {n: _slots(tune, n, catalogue) for n in ("weights", "responses", "hypers")}
    kind, (tuned, frozen) = catalogue.of(MethodType)[tune.method.kind], found.vectors
    columns = sum(hyper.columns for hyper in program.hypers if not hyper.over)
    copies = kind.copies(tune.method.args, columns)
    gathered = copies if any(p.of_all for p in kind.passes(tune.method.args)) else 0
    hypers = _FLOAT * ((1 + slots["hypers"]) * tuned + 2 * frozen)  # these, and constrained
    first = layers[0][1]
    plans = {}
    for device in dict.fromkeys(device for _, device in layers):
        base = sum(costs.base for costs, its in layers if its == device)
        response = sum(costs.response for costs, its in layers if its == device)
        plans[device] = Memory(
            data=_data(program, catalogue, sizes) if device == first else 0,
            weights=_FLOAT * copies * base,
            responses=_FLOAT * response,
            optimiser=_FLOAT * (slots["weights"] * copies * base + slots["responses"] * response),
            hypers=hypers if device == first else 0,
            step=found.step.get(device, 0) + _FLOAT * gathered * base,
            evaluation=found.evaluation.get(device, 0),
        )
    return plans


def _slots(tune: Tune, group: str, catalogue: Catalogue) -> int:
    call = tune.optimisers.get(group)
    if call is None:
        return 0
    return catalogue.of(OptimiserType)[call.kind].slots(call.args)


def _data(program: Program, catalogue: Catalogue, sizes: dict[str, int]) -> int:
    width = catalogue.of(SourceType)[program.data.source.kind].width
    if program.data.window:
        return sum(sizes.values()) * width  # a token is input and target
    return sum(sizes.values()) * (width * prod(program.input) + _TARGET)
