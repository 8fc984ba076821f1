"""`prelu`: x above zero, below it a learnt fraction, which responds."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain, WrongShape
from hypertune.ir import Shape

_ARGS = (
    Arg("num_parameters", "int", "1, or a fraction for each channel", default=1, low=1),
    Arg("init", "float", "where they start", default=0.25),
)


def _output(args: Args, shape: Shape) -> Shape:
    if args["num_parameters"] not in (1, shape[0]):
        raise WrongShape(
            f"{args['num_parameters']} fractions are not one for each of {shape[0]} channels",
            f"choose a `num_parameters` of 1 or {shape[0]}",
        )
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.prelu import PReLU

    return PReLU(given=given, **args)


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    count = args["num_parameters"]
    return Costs(count, count * given, prod(shape))


PRELU = LayerType(
    name="prelu",
    doc="x above zero, below it a learnt fraction, which responds.",
    args=_ARGS,
    output=_output,
    build=_build,
    plain=lambda args, shape: Plain.of("PReLU", args, _ARGS),
    responds=True,
    penalised=False,
    costs=_costs,
)
