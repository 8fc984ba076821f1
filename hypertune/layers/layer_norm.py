"""`layer_norm`: the numbers of the last axes, normalised; gain and bias respond."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, WrongShape
from hypertune.ir import Shape
from hypertune.layers.norms import (
    EPS,
    NORMALIZED_SHAPE,
    affine,
    gain_costs,
    last_sizes,
    plain_norm,
)

_OPTIONS = (
    EPS,
    affine(name="elementwise_affine"),
    Arg("bias", "bool", "whether there is a bias beside the gain", default=True),
)


def _output(args: Args, shape: Shape) -> Shape:
    if prod(last_sizes(args, shape)) == 1:
        raise WrongShape("a single number, normalised, is always zero")
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.layer_norm import LayerNorm

    sizes, gain = last_sizes(args, shape), args["elementwise_affine"]
    return LayerNorm(sizes, given, args["eps"], gain, args["bias"])


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    each = args["elementwise_affine"] * (1 + args["bias"])
    return gain_costs(each * prod(last_sizes(args, shape)), shape, given)


LAYER_NORM = LayerType(
    name="layer_norm",
    doc="The numbers of the last axis, or of several together, normalised by their own mean and "
    "variance; gain and bias respond.",
    args=(NORMALIZED_SHAPE, *_OPTIONS),
    output=_output,
    build=_build,
    plain=plain_norm("LayerNorm", _OPTIONS),
    responds=True,
    penalised=False,
    costs=_costs,
)
