"""`linear(out_features)`: an affine map whose rows respond to the hyperparameters."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.tied import TIED


def _output(args: Args, shape: Shape) -> Shape:
    return (*shape[:-1], args["out_features"])


def _weight(args: Args, shape: Shape) -> Shape:
    return (args["out_features"], shape[-1])


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.affine import Affine

    return Affine(shape[-1], args["out_features"], args["bias"], given)


def _plain(args: Args, shape: Shape) -> Plain:
    return Plain("Linear", (shape[-1], args["out_features"]), {"bias": args["bias"]})


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    rows = args["out_features"]
    base = rows * (shape[-1] * (args["tied"] is None) + args["bias"])
    scales = (1 + args["bias"]) * rows * given
    return Costs(base, base + scales if given else 0, 2 * rows * prod(shape))


LINEAR = LayerType(
    name="linear",
    doc="y = Wx + b along the last axis; responds by rescaling the rows of a second weight and "
    "bias.",
    args=(
        Arg("out_features", "int", "units of the output", low=1),
        Arg("bias", "bool", "whether b is there", default=True),
        TIED,
    ),
    output=_output,
    build=_build,
    plain=_plain,
    responds=True,
    costs=_costs,
    weight=_weight,
)
