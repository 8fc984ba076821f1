"""A number of bytes that a small training stays below, counted without loading anything."""

from __future__ import annotations

from math import prod

from hypertune.catalogue import Catalogue, MethodType
from hypertune.data.evaluation import EVALUATED_AT_ONCE
from hypertune.ir import Program, Tune
from hypertune.planning.length import examples

_FLOAT = 4
_PER_WEIGHT = 16  # itself, gradient, what optimisers keep, penalties
_PER_INPUT = 32  # of a layer: value and tangent, masks and noise, forward and back
_PER_FLOP = 1  # whatever is made inside of a layer takes some


def ceiling(program: Program, tune: Tune, catalogue: Catalogue) -> int | None:
    """Generous, by an order of magnitude or two: what it says to fit needs no measuring.

    None where nothing is known: of methods whose steps are more than passes, of hyperparameters
    that there are many of.
    """
    passes = catalogue.of(MethodType)[tune.method.kind].passes(tune.method.args)
    if not passes or any(hyper.over for hyper in program.hypers):
        return None
    sizes = examples(program.data, catalogue)
    train = sizes.get("train", 0)
    rows = max(min(program.data.batch or train, train), EVALUATED_AT_ONCE)
    costs = catalogue.costs(program)
    weights = sum(cost.base + cost.response for cost in costs)
    inputs = sum(prod(shape) for node in program.layers for shape in node.shapes)
    flops = sum(cost.flops for cost in costs)
    numbers = (
        _PER_WEIGHT * weights
        + rows * (_PER_INPUT * inputs + _PER_FLOP * flops)
        + 4 * sum(sizes.values()) * (prod(program.input) + 1)  # the data, read and cut up
    )
    return _FLOAT * numbers
