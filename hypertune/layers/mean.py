"""`mean`: the mean of several values of one shape."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from hypertune.catalogue import Args, Costs, MergeType
from hypertune.layers.add import same_shape


def _build(args: Args) -> Any:
    from hypertune.response.merge import Mean

    return Mean()


def _plain(args: Args, names: Sequence[str]) -> str:
    return f"({' + '.join(names)}) / {len(names)}"


MEAN = MergeType(
    name="mean",
    doc="The mean; all shapes must be the same.",
    output=same_shape,
    build=_build,
    plain=_plain,
    costs=lambda args, shapes: Costs(flops=len(shapes) * prod(shapes[0])),
)
