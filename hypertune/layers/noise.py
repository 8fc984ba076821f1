"""`noise(std)`: normal noise in training, of a strength of each example's own."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, Use
from hypertune.ir import Ref, Shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.scaling import Noise

    return Noise(None if isinstance(args["std"], Ref) else float(args["std"]))


NOISE = LayerType(
    name="noise",
    doc="In training, adds normal noise. Its strength has a gradient, since what is drawn is "
    "multiplied by it; the exported network, for use, has nothing in its place.",
    args=(Arg("std", "float", "its standard deviation", low=0, use=Use.SMOOTH),),
    output=lambda args, shape: shape,
    build=_build,
    plain=lambda args, shape: Plain("Identity"),
    costs=lambda args, shape, given: Costs(flops=0 if args["std"] == 0 else 2 * prod(shape)),
    waived={"trains as its plain twin": "torch has no layer of noise"},
)
