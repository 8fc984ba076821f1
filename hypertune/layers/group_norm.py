"""`group_norm(num_groups)`: groups of channels, normalised; gain and bias respond."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.norms import EPS, affine, norm_costs

_MORE = (EPS, affine())


def _output(args: Args, shape: Shape) -> Shape:
    groups, channels = args["num_groups"], shape[0]
    if channels % groups:
        raise WrongShape(
            f"{channels} channels do not divide into {groups} groups",
            f"choose a `num_groups` that divides {channels}",
        )
    if prod(shape) == groups:
        raise WrongShape("a group of a single number, normalised, is always zero")
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.layer_norm import GroupNorm

    return GroupNorm(args["num_groups"], shape[0], given, args["eps"], args["affine"])


GROUP_NORM = LayerType(
    name="group_norm",
    doc="Groups of neighbouring channels, each normalised by the mean and variance of its own "
    "numbers; gain and bias respond.",
    args=(Arg("num_groups", "int", "how many groups", low=1), *_MORE),
    output=_output,
    build=_build,
    plain=lambda args, shape: Plain(
        "GroupNorm", (args["num_groups"], shape[0]), Plain.of("", args, _MORE).options
    ),
    responds=True,
    penalised=False,
    costs=norm_costs(0),
)
