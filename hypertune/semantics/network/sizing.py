"""The shape that a layer gives."""

from __future__ import annotations

from hypertune.catalogue import Args, LayerType, WrongShape
from hypertune.ir import Shape


def output_shape(kind: LayerType, args: Args, shape: Shape) -> Shape:
    """What a layer of this kind makes of `shape`, whose rank it takes.

    Raises:
        WrongShape: if it cannot.

    """
    axes = len(shape) - 1  # the first is that of channels
    for arg in kind.args:
        value = args[arg.name]
        if arg.type == "size" and isinstance(value, tuple) and len(value) != axes:
            raise WrongShape(
                f"`{arg.name}` has {len(value)} numbers for {axes} axes",
                f"write one number for all axes, or {axes}",
            )
    return kind.output(args, shape)
