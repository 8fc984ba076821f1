"""`leaky_relu`: x above zero, a fraction of it below."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args
from hypertune.layers.elementwise import elementwise


def _build(args: Args) -> Any:
    from hypertune.response.elementwise import leaky_relu

    return leaky_relu(args["negative_slope"])


LEAKY_RELU = elementwise(
    "leaky_relu",
    "x above zero, a fraction of it below.",
    "LeakyReLU",
    _build,
    declared=(Arg("negative_slope", "float", "that fraction", default=0.01, low=0),),
)
