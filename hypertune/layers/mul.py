"""`mul`: the product of several values of one shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from hypertune.catalogue import Args, Costs, MergeType
from hypertune.layers.add import same_shape


def _build(args: Args) -> Any:
    from hypertune.response.merge import Mul

    return Mul()


def _plain(args: Args, names: Sequence[str]) -> str:
    return " * ".join(names)


MUL = MergeType(
    name="mul",
    doc="The product, such as of values and their gates; all shapes must be the same.",
    output=same_shape,
    build=_build,
    plain=_plain,
    costs=lambda args, shapes: Costs(flops=(len(shapes) - 1) * prod(shapes[0])),
)
