"""What the kinds of batch normalisation share."""

from __future__ import annotations

from typing import Any

from hypertune.catalogue import Arg, Args, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.norms import EPS, affine, norm_costs

_ARGS = (
    EPS,
    Arg(
        "momentum",
        "float",
        "share of the batch's statistics in the running ones",
        default=0.1,
        low=0,
        high=1,
    ),
    affine(),
)


def _build(args: Args, shape: Shape, given: int) -> Any:
    from hypertune.response.batch_norm import BatchNorm

    return BatchNorm(shape[0], given, **args)


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
        penalised=False,
        costs=norm_costs(0),
        waived={"treats rows alone": "in training, the rows of a batch are normalised together"},
    )
