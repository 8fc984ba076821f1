"""`hardtanh(min_val, max_val)`: x, cut off at two values."""

from attrs import evolve

from hypertune.catalogue import Arg, Args, WrongShape
from hypertune.ir import Shape
from hypertune.layers.elementwise import elementwise


def _output(args: Args, shape: Shape) -> Shape:
    if args["min_val"] >= args["max_val"]:
        raise WrongShape("`min_val` is not below `max_val`", "swap them")
    return shape


HARDTANH = evolve(
    elementwise(
        "hardtanh",
        "x, cut off at two values.",
        "Hardtanh",
        Arg("min_val", "float", "the lower one", default=-1),
        Arg("max_val", "float", "the upper one", default=1),
    ),
    output=_output,
)
