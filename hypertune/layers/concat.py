"""`concat`: several values side by side along the channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypertune.catalogue import Args, MergeType, WrongShape
from hypertune.ir import Shape


def _output(args: Args, shapes: Sequence[Shape]) -> Shape:
    if not all(shapes):
        raise WrongShape("a single number has no channels", "put `flatten` before it")
    if len({shape[1:] for shape in shapes}) > 1:
        raise WrongShape("these shapes differ in more than the channels")
    return (sum(shape[0] for shape in shapes), *shapes[0][1:])


def _build(args: Args) -> Any:
    from hypertune.response.merge import Concat

    return Concat()


CONCAT = MergeType(
    name="concat",
    doc="All channels, one value's after another's; the other axes must be the same.",
    output=_output,
    build=_build,
    plain=lambda args, names: f"torch.cat([{', '.join(names)}], 1)",
)
