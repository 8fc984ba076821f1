"""`avg_pool2d`: the mean of every window."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.windows import CEIL_MODE, KERNEL_SIZE, PADDING, STRIDE, pair, pooled

_ARGS = (
    KERNEL_SIZE,
    STRIDE,
    PADDING,
    CEIL_MODE,
    Arg("count_include_pad", "bool", "whether padding counts in the mean", default=True),
    Arg("divisor_override", "int", "what sums are divided by instead", default=None, low=1),
)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from torch import nn

    from hypertune.response.linear_map import LinearMap

    return LinearMap(nn.AvgPool2d(**args))


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    flops = prod(pooled(args, shape)) * prod(pair(args, "kernel_size"))
    return Costs(flops=flops)


AVG_POOL2D = LayerType(
    name="avg_pool2d",
    doc="The mean of every window of an image.",
    args=_ARGS,
    ranks=(3,),
    output=pooled,
    build=_build,
    plain=lambda args, shape: Plain.of("AvgPool2d", args, _ARGS),
    costs=_costs,
)
