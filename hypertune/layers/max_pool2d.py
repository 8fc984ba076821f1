"""`max_pool2d`: the largest number of every window."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Args, Costs, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.windows import (
    CEIL_MODE,
    DILATION,
    KERNEL_SIZE,
    PADDING,
    STRIDE,
    pair,
    pooled,
    stride_of,
)

_ARGS = (KERNEL_SIZE, STRIDE, PADDING, DILATION, CEIL_MODE)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.max_pool import MaxPool2d

    return MaxPool2d(
        pair(args, "kernel_size"),
        stride_of(args),
        pair(args, "padding"),
        pair(args, "dilation"),
        args["ceil_mode"],
    )


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    return Costs(flops=prod(pooled(args, shape)) * prod(pair(args, "kernel_size")))


MAX_POOL2D = LayerType(
    name="max_pool2d",
    doc="The largest number of every window of an image.",
    args=_ARGS,
    ranks=(3,),
    output=pooled,
    build=_build,
    plain=lambda args, shape: Plain.of("MaxPool2d", args, _ARGS),
    costs=_costs,
)
