"""`glu(dim)`: one half of an axis times the sigmoid of the other."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.axes import axis, with_size

_ARGS = (Arg("dim", "int", "that axis, counting the batch as 0", default=-1),)


def _output(args: Args, shape: Shape) -> Shape:
    place = axis(args, "dim", shape)
    if shape[place] % 2:
        raise WrongShape(f"an axis of {shape[place]} has no two halves")
    return with_size(shape, place, shape[place] // 2)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.elementwise import glu

    return glu(args["dim"])


GLU = LayerType(
    name="glu",
    doc="The first half of an axis, times the sigmoid of the second.",
    args=_ARGS,
    output=_output,
    build=_build,
    plain=lambda args, shape: Plain.of("GLU", args, _ARGS),
    costs=lambda args, shape, given: Costs(flops=prod(shape) // 2),
)
