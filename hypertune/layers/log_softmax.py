"""`log_softmax(dim)`: the logarithms of shares that add up to one along an axis."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.axes import axis


def _output(args: Args, shape: Shape) -> Shape:
    axis(args, "dim", shape)
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.elementwise import log_softmax

    return log_softmax(args["dim"])


LOG_SOFTMAX = LayerType(
    name="log_softmax",
    doc="The logarithms of shares that add up to one along an axis: x - log(sum of exp(x)).",
    args=(Arg("dim", "int", "that axis, counting the batch as 0", default=-1),),
    output=_output,
    build=_build,
    plain=lambda args, shape: Plain("LogSoftmax", (), {"dim": args["dim"]}),
    costs=lambda args, shape, given: Costs(flops=prod(shape)),
)
