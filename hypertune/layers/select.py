"""`select(index)`: one place of an axis, such as the last step of a sequence."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args, LayerType, PlainMethod, WrongShape
from hypertune.ir import Shape
from hypertune.layers.axes import axis


def _output(args: Args, shape: Shape) -> Shape:
    place, index = axis(args, "dim", shape), args["index"]
    if len(shape) == 1:
        raise WrongShape("of a row, a single number without an axis would be left")
    if not -shape[place] <= index < shape[place]:
        raise WrongShape(
            f"there is no place {index} on an axis of {shape[place]}",
            f"choose an `index` from -{shape[place]} to {shape[place] - 1}",
        )
    return (*shape[:place], *shape[place + 1 :])


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.linear_map import LinearMap

    place, index = axis(args, "dim", shape), args["index"]
    return LinearMap(lambda x: x.select(1 + place, index))


SELECT = LayerType(
    name="select",
    doc="One place of an axis, such as the last step of a sequence: `select(-1)`.",
    args=(
        Arg("index", "int", "the place, counting from 0, or from -1 backwards"),
        Arg("dim", "int", "the axis, counting the batch as 0", default=1),
    ),
    output=_output,
    build=_build,
    plain=lambda args, shape: PlainMethod("select", (args["dim"], args["index"])),
)
