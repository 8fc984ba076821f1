"""`add`: the sum of several values of one shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from hypertune.catalogue import Args, Costs, MergeType, WrongShape
from hypertune.ir import Shape


def same_shape(args: Args, shapes: Sequence[Shape]) -> Shape:
    """The shape that all have.

    Raises:
        WrongShape: if they have several.

    """
    if len(set(shapes)) > 1:
        raise WrongShape("these shapes are not the same")
    return shapes[0]


def _build(args: Args) -> Any:
    from hypertune.response.merge import Add

    return Add()


ADD = MergeType(
    name="add",
    doc="The sum; all shapes must be the same.",
    output=same_shape,
    build=_build,
    plain=lambda args, names: " + ".join(names),
    costs=lambda args, shapes: Costs(flops=(len(shapes) - 1) * prod(shapes[0])),
)
