"""`rms_norm`: the last axis, divided by the root of its mean square; the gain responds."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.norms import norm_costs

_ARGS = (
    Arg(
        "eps",
        "float",
        "added to the mean square; none is the smallest step of the dtype",
        default=None,
        low=0,
        open_low=True,
    ),
    Arg("elementwise_affine", "bool", "whether there is a gain", default=True),
)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.layer_norm import RMSNorm

    return RMSNorm(shape[-1], given, args["eps"], args["elementwise_affine"])


RMS_NORM = LayerType(
    name="rms_norm",
    doc="The numbers of the last axis, divided by the root of their mean square; the gain "
    "responds.",
    args=_ARGS,
    output=lambda args, shape: shape,
    build=_build,
    plain=lambda args, shape: Plain("RMSNorm", (shape[-1],), Plain.of("", args, _ARGS).options),
    responds=True,
    penalised=False,
    costs=norm_costs(-1, each=1, switch="elementwise_affine"),
)
