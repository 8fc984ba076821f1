"""`adaptive_avg_pool2d`: means of as many windows as are asked for."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.windows import pair

_ARGS = (Arg("output_size", "size", "height and width of the output", low=1),)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from torch import nn

    from hypertune.response.linear_map import LinearMap

    return LinearMap(nn.AdaptiveAvgPool2d(args["output_size"]))


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    channels, *image = shape
    height, width = (
        sum(-(-(i + 1) * size // count) - i * size // count for i in range(count))
        for size, count in zip(image, pair(args, "output_size"), strict=True)
    )
    return Costs(flops=channels * height * width)


ADAPTIVE_AVG_POOL2D = LayerType(
    name="adaptive_avg_pool2d",
    doc="Means of as many windows of an image as are asked for.",
    args=_ARGS,
    ranks=(3,),
    output=lambda args, shape: (shape[0], *pair(args, "output_size")),
    build=_build,
    plain=lambda args, shape: Plain.of("AdaptiveAvgPool2d", args, _ARGS),
    costs=_costs,
)
