"""`scale(factor)`: the input times a factor, constant or tuned."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, PlainMethod, Use
from hypertune.ir import Ref, Shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.scaling import Scale

    return Scale(None if isinstance(args["factor"], Ref) else float(args["factor"]))


SCALE = LayerType(
    name="scale",
    doc="The input times a factor, such as that of a residual branch or of logits.",
    args=(Arg("factor", "float", "what it is multiplied by", use=Use.SMOOTH),),
    output=lambda args, shape: shape,
    build=_build,
    plain=lambda args, shape: PlainMethod("mul", (args["factor"],)),
    costs=lambda args, shape, given: Costs(flops=prod(shape)),
)
