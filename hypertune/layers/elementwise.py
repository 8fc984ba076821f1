"""Layer types that map each number alone."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain
from hypertune.ir import Shape


def elementwise(name: str, doc: str, torch: str, *declared: Arg) -> LayerType:
    """The layer type that is called `torch` in `torch.nn` and takes the same arguments.

    `response.elementwise` has a function of the layer type's name, which builds it.
    """

    def build(args: Args, shape: Shape, given: int) -> Any:
        from hypertune.response import elementwise as built

        return getattr(built, name)(**args)

    return LayerType(
        name=name,
        doc=doc,
        args=declared,
        output=lambda args, shape: shape,
        build=build,
        plain=lambda args, shape: Plain.of(torch, args, declared),
        costs=lambda args, shape, given: Costs(flops=prod(shape)),
    )
