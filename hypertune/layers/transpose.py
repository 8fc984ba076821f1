"""`transpose(dim0, dim1)`: two axes in one another's place."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args, LayerType, PlainMethod
from hypertune.ir import Shape
from hypertune.layers.axes import axis


def _places(args: Args, shape: Shape) -> tuple[int, int]:
    return axis(args, "dim0", shape), axis(args, "dim1", shape)


def _output(args: Args, shape: Shape) -> Shape:
    a, b = _places(args, shape)
    swapped = list(shape)
    swapped[a], swapped[b] = swapped[b], swapped[a]
    return tuple(swapped)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.linear_map import LinearMap

    a, b = _places(args, shape)
    return LinearMap(lambda x: x.transpose(1 + a, 1 + b))


TRANSPOSE = LayerType(
    name="transpose",
    doc="Two axes in one another's place, such as steps and channels of a sequence.",
    args=(
        Arg("dim0", "int", "one of them, counting the batch as 0", default=1),
        Arg("dim1", "int", "the other", default=2),
    ),
    output=_output,
    build=_build,
    plain=lambda args, shape: PlainMethod("transpose", (args["dim0"], args["dim1"])),
)
