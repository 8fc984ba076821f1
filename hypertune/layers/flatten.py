"""`flatten`: several axes into one, the batch left alone."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, LayerType, Plain, WrongShape
from hypertune.ir import Shape

_ARGS = (
    Arg("start_dim", "int", "the first of them, counting the batch as 0", default=1, low=1),
    Arg("end_dim", "int", "the last of them; -1 is the last of all", default=-1),
)


def _output(args: Args, shape: Shape) -> Shape:
    start, end = args["start_dim"], args["end_dim"]
    last = end if end >= 0 else end + len(shape) + 1
    if not start <= last <= len(shape):
        raise WrongShape(
            f"there are no axes from {start} to {end}; this layer's input has {len(shape)}",
            "leave `start_dim` and `end_dim` out to flatten all of them",
        )
    return (*shape[: start - 1], prod(shape[start - 1 : last]), *shape[last:])


def _build(args: Args, shape: Shape, given: int) -> Any:
    from torch import nn

    from hypertune.response.linear_map import LinearMap

    return LinearMap(nn.Flatten(args["start_dim"], args["end_dim"]))


FLATTEN = LayerType(
    name="flatten",
    doc="Several axes into one, the batch left alone.",
    args=_ARGS,
    output=_output,
    build=_build,
    plain=lambda args, shape: Plain.of("Flatten", args, _ARGS),
)
