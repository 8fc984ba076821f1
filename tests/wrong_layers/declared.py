"""Layers that are right, and wrongly declared."""

from __future__ import annotations

from attrs import evolve

from hypertune.catalogue import Costs, LayerType, Plain
from hypertune.layers.linear import LINEAR
from hypertune.layers.relu import RELU
from wrong_layers.wrong import Wrong


def costs(**changed: int) -> LayerType:
    """`linear`, with another declaration of its costs."""
    return evolve(
        LINEAR,
        costs=lambda args, shape, given: evolve(LINEAR.costs(args, shape, given), **changed),
    )


TOO_WIDE = evolve(LINEAR, output=lambda args, shape: (args["out_features"] + 1,))
FAR_TOO_DEAR = evolve(RELU, costs=lambda args, shape, given: Costs(flops=10**9))
NOT_OF_TORCH = evolve(RELU, plain=lambda args, shape: Plain("Rectifier"))

_COSTS = "costs what it declares"
DECLARED = (
    Wrong("an output one too wide", "gives the shape it declares", TOO_WIDE),
    Wrong("no base", _COSTS, costs(base=0)),
    Wrong("no response", _COSTS, costs(response=0)),
    Wrong("no work", _COSTS, costs(flops=0)),
    Wrong("a thousand million operations", _COSTS, FAR_TOO_DEAR),
    Wrong("a plain twin that torch has not", "folds to a plain layer", NOT_OF_TORCH),
    Wrong("a name of two words", "prints and parses back", evolve(RELU, name="re lu")),
)
