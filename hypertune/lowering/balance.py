"""How much memory each layer takes while it is trained, to spread layers over devices."""

from __future__ import annotations

from math import ceil, prod

from hypertune.catalogue import (
    Catalogue,
    Costs,
    MethodType,
    OptimiserType,
    SourceType,
    Unreadable,
    part_sizes,
)
from hypertune.ir import Data, Node, Program, Tune

_FLOAT = 4


def estimated_bytes(program: Program, catalogue: Catalogue) -> list[int]:
    """For each layer: weights, gradients, optimiser state, and activations of a batch.

    The method and the optimisers are those of the first tune block. What comes and goes within a
    layer is not counted: it is the balance that matters here, not the sum.
    """
    tune = program.tunes[0] if program.tunes else None
    examples = _batch(program.data, catalogue)
    kept = examples * (_copies(tune, catalogue) if tune else 1)
    base = 2 + (_slots(tune, "weights", catalogue) if tune else 0)
    response = 2 + (_slots(tune, "responses", catalogue) if tune else 0)
    sizes = []
    for layer, costs in zip(program.layers, catalogue.costs(program), strict=True):
        weights = base * costs.base + response * costs.response
        sizes.append(_FLOAT * (weights + ceil(kept * _activations(layer, costs))))
    return sizes


def _batch(data: Data, catalogue: Catalogue) -> int:
    """The examples of a batch; where it is all of an unknown number, one stands for them."""
    if data.batch is not None:
        return data.batch
    try:
        sizes = catalogue.of(SourceType)[data.source.kind].seen(data.source.args).sizes
    except Unreadable:  # a program may have come here without its data
        return 1
    pool = sizes.get("all", sizes.get("train", 0))
    train: int = part_sizes(data.split, pool).get("train", 0) if data.split and pool else pool
    return max(1, train)


def _activations(layer: Node, costs: Costs) -> int:
    """Numbers per example that the backward pass reads, roughly.

    A product reads what enters it, a map without weights what leaves it, a view nothing.
    """
    if costs.base or costs.response:
        return sum(map(prod, layer.shapes))
    return prod(layer.output) if costs.flops else 0


def _copies(tune: Tune, catalogue: Catalogue) -> float:
    """How often activations are kept; where the weights respond, tangents are kept as well."""
    passes = catalogue.of(MethodType)[tune.method.kind].passes(tune.method.args)
    return max((p.share * (2 if p.responding else 1) for p in passes), default=1)


def _slots(tune: Tune, role: str, catalogue: Catalogue) -> int:
    """Numbers that an optimiser keeps for each parameter."""
    call = tune.optimisers.get(role)
    return catalogue.of(OptimiserType)[call.kind].slots(call.args) if call else 0
