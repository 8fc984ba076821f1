"""What the kinds of instance normalisation share."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Args, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.norms import EPS, affine, norm_costs
from hypertune.layers.windows import SPACE

_ARGS = (EPS, affine(default=False))


def instance_norm(axes: int) -> LayerType:
    """That of `nn.InstanceNorm2d` and its like."""
    torch = f"InstanceNorm{axes}d"
    return LayerType(
        name=f"instance_norm{axes}d",
        doc=f"Each channel of {SPACE[axes]}, normalised by its own mean and variance; gain and "
        "bias, if there are any, respond.",
        args=_ARGS,
        ranks=(1 + axes,),
        output=_output,
        build=_build,
        plain=lambda args, shape: Plain(torch, (shape[0],), Plain.of("", args, _ARGS).options),
        responds=True,
        penalised=False,
        costs=norm_costs(0),
    )


def _output(args: Args, shape: Shape) -> Shape:
    if prod(shape[1:]) == 1:
        raise WrongShape("a channel of a single number, normalised, is always zero")
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.layer_norm import GroupNorm

    return GroupNorm(shape[0], shape[0], given, **args)
