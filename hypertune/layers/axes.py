"""Axes by their number, the batch being number 0."""

from __future__ import annotations

from hypertune.catalogue import Args, WrongShape
from hypertune.ir import Shape


def axis(args: Args, name: str, shape: Shape) -> int:
    """Where in `shape`, which has no batch, an axis stands that an argument names as torch does.

    Raises:
        WrongShape: if it is not there, or is the batch.

    """
    number: int = args[name]
    place = number - 1 if number > 0 else number + len(shape)
    if number == 0:
        raise WrongShape(f"`{name} = 0` is the batch", "count the first axis of an example as 1")
    if not 0 <= place < len(shape):
        raise WrongShape(
            f"there is no axis {number}; this layer's input has {len(shape)}",
            f"choose a `{name}` from 1 to {len(shape)}, or from -{len(shape)} to -1",
        )
    return place


def with_size(shape: Shape, place: int, size: int) -> Shape:
    """The same shape with another size of one axis."""
    return (*shape[:place], size, *shape[place + 1 :])
