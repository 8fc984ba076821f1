"""`layer_norm`: the numbers of the last axis, normalised; gain and bias respond."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Args, LayerType, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.norms import EPS, affine, norm_costs

_ARGS = (EPS, affine(name="elementwise_affine"))


def _output(args: Args, shape: Shape) -> Shape:
    if shape[-1] == 1:
        raise WrongShape("a single number, normalised, is always zero")
    return shape


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.layer_norm import LayerNorm

    return LayerNorm(shape[-1], given, args["eps"], gain=args["elementwise_affine"], bias=True)


LAYER_NORM = LayerType(
    name="layer_norm",
    doc="The numbers of the last axis, normalised by their own mean and variance; gain and bias "
    "respond.",
    args=_ARGS,
    output=_output,
    build=_build,
    plain=lambda args, shape: Plain("LayerNorm", (shape[-1],), Plain.of("", args, _ARGS).options),
    responds=True,
    penalised=False,
    costs=norm_costs(-1, switch="elementwise_affine"),
)
