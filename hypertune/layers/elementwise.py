"""Layer types that map each number alone."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain


def elementwise(
    name: str,
    doc: str,
    torch: str,
    build: Callable[[Args], Any],
    declared: tuple[Arg, ...] = (),
) -> LayerType:
    """The layer type that is called `torch` in `torch.nn` and takes the same arguments."""
    return LayerType(
        name=name,
        doc=doc,
        args=declared,
        output=lambda args, shape: shape,
        build=lambda args, shape, given: build(args),
        plain=lambda args, shape: Plain.of(torch, args, declared),
        costs=lambda args, shape, given: Costs(flops=prod(shape)),
    )
