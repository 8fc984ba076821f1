"""`reshape(shape)`: the numbers of an example in other axes."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, LayerType, PlainMethod, WrongShape
from hypertune.ir import Shape


def _output(args: Args, shape: Shape) -> Shape:
    wanted = args["shape"]
    wanted = wanted if isinstance(wanted, tuple) else (wanted,)
    count, known = prod(shape), prod(size for size in wanted if size > 0)
    if 0 in wanted or wanted.count(-1) > 1:
        raise WrongShape("an axis has one number at least, and one axis may be -1")
    if count % known or (-1 not in wanted and known != count):
        raise WrongShape(f"{count} numbers cannot be laid out so")
    return tuple(count // known if size == -1 else size for size in wanted)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.linear_map import LinearMap

    output = _output(args, shape)
    return LinearMap(lambda x: x.reshape(len(x), *output))


RESHAPE = LayerType(
    name="reshape",
    doc="The numbers of an example in their order, in other axes; the batch is left alone.",
    args=(Arg("shape", "ints", "sizes of the axes; one may be -1: what is left", low=-1),),
    output=_output,
    build=_build,
    plain=lambda args, shape: PlainMethod("reshape", (-1, *_output(args, shape))),
)
