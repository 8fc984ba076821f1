"""`rms_norm`: the last axes, divided by the root of their mean square; the gain responds."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType
from hypertune.ir import Shape
from hypertune.layers.norms import NORMALIZED_SHAPE, gain_costs, last_sizes, plain_norm

_OPTIONS = (
    Arg(
        "eps",
        "float",
        "added to the mean square; none is the smallest step of the dtype",
        default=None,
        low=0,
        open_low=True,
    ),
    Arg("elementwise_affine", "bool", "whether there is a gain", default=True),
)


def _output(args: Args, shape: Shape) -> Shape:
    last_sizes(args, shape)
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.layer_norm import RMSNorm

    return RMSNorm(last_sizes(args, shape), given, args["eps"], args["elementwise_affine"])


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    count = args["elementwise_affine"] * prod(last_sizes(args, shape))
    return gain_costs(count, shape, given)


RMS_NORM = LayerType(
    name="rms_norm",
    doc="The numbers of the last axis, or of several together, divided by the root of their mean "
    "square; the gain responds.",
    args=(NORMALIZED_SHAPE, *_OPTIONS),
    output=_output,
    build=_build,
    plain=plain_norm("RMSNorm", _OPTIONS),
    responds=True,
    penalised=False,
    costs=_costs,
)
