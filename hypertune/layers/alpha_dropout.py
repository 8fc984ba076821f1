"""`alpha_dropout(p)`: dropout behind `selu`, which keeps mean and variance."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Args, Costs, LayerType, Plain
from hypertune.ir import Ref, Shape
from hypertune.layers.dropout import RATE


def alpha_dropout(
    name: str, torch: str, what: str, ranks: tuple[int, ...] = (), shared: slice | None = None
) -> LayerType:
    """That of `nn.AlphaDropout` and its like.

    Args:
        name: in a spec.
        torch: the name of torch's class.
        what: is dropped together.
        ranks: of the input.
        shared: axes along which numbers are dropped together.

    """

    def build(args: Args, shape: Shape, given: int) -> Any:
        from hypertune.response.alpha_dropout import AlphaDropout

        rate = None if isinstance(args["p"], Ref) else float(args["p"])
        return AlphaDropout(rate, shared)

    return LayerType(
        name=name,
        doc=f"In training, puts {what} at random to where selu goes to far below zero, so that "
        "mean and variance stay what they are.",
        args=(RATE,),
        ranks=ranks,
        output=lambda args, shape: shape,
        build=build,
        plain=lambda args, shape: Plain.of(torch, args, (RATE,)),
        costs=lambda args, shape, given: Costs(flops=0 if args["p"] == 0 else 2 * prod(shape)),
    )


ALPHA_DROPOUT = alpha_dropout("alpha_dropout", "AlphaDropout", "numbers")
