"""`dropout(p)`: zeroes numbers at random, at a rate of each example's own."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, Use
from hypertune.ir import Ref, Shape

RATE = Arg(
    "p",
    "float",
    "the rate at which they are zeroed",
    default=0.5,
    low=0,
    high=1,
    open_high=True,
    use=Use.STOCHASTIC,
)


def build_dropout(args: Args, shared: slice | None = None) -> Any:
    """A dropout whose rate is a constant, or one for each example where it is tuned."""
    from hypertune.response.dropout import Dropout

    return Dropout(None if isinstance(args["p"], Ref) else float(args["p"]), shared)


def dropout_costs(args: Args, shape: Shape, given: int) -> Costs:
    """A product with a mask."""
    return Costs(flops=0 if args["p"] == 0 else prod(shape))


DROPOUT = LayerType(
    name="dropout",
    doc="In training, zeroes numbers at random and scales the others by 1/(1 - p).",
    args=(RATE,),
    output=lambda args, shape: shape,
    build=lambda args, shape, given: build_dropout(args),
    plain=lambda args, shape: Plain.of("Dropout", args, (RATE,)),
    costs=dropout_costs,
)
