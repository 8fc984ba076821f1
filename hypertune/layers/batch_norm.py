"""What the kinds of batch normalisation share."""

from __future__ import annotations

from math import prod
from typing import Any

from hypertune.catalogue import Arg, Args, Costs, LayerType, Plain
from hypertune.ir import Shape

_ARGS = (
    Arg("eps", "float", "added to the variance", default=1e-5, low=0, open_low=True),
    Arg(
        "momentum",
        "float",
        "share of the batch's statistics in the running ones",
        default=0.1,
        low=0,
        high=1,
    ),
    Arg("affine", "bool", "whether there is a gain and a bias", default=True),
)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.batch_norm import BatchNorm

    return BatchNorm(shape[0], given, **args)


def _costs(args: Args, shape: Shape, given: int) -> Costs:
    base = 2 * shape[0] * args["affine"]
    response = base * (1 + given) if given else 0
    return Costs(base, response, prod(shape))


def batch_norm(axes: int, ranks: tuple[int, ...], doc: str) -> LayerType:
    """That of `nn.BatchNorm1d` and its like.

    Args:
        axes: in the name of the class.
        ranks: of the inputs that it takes.
        doc: what is normalised.

    """
    torch = f"BatchNorm{axes}d"
    return LayerType(
        name=f"batch_norm{axes}d",
        doc=f"{doc}, by mean and variance over the batch, in evaluation by running ones; "
        "gain and bias respond.",
        args=_ARGS,
        ranks=ranks,
        output=lambda args, shape: shape,
        build=_build,
        plain=lambda args, shape: Plain(torch, (shape[0],), Plain.of("", args, _ARGS).options),
        responds=True,
        costs=_costs,
        waived={"treats rows alone": "in training, the rows of a batch are normalised together"},
    )
