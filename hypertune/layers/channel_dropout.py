"""What the kinds of dropout of whole channels share."""

from __future__ import annotations

from hypertune.catalogue import LayerType, Plain
from hypertune.layers.dropout import RATE, build_dropout, dropout_costs


def channel_dropout(axes: int) -> LayerType:
    """That of `nn.Dropout2d` and its like, for inputs with so many axes beside the channels."""
    return LayerType(
        name=f"dropout{axes}d",
        doc="In training, zeroes whole channels at random and scales the others by 1/(1 - p).",
        args=(RATE,),
        ranks=(1 + axes,),
        output=lambda args, shape: shape,
        build=lambda args, shape, given: build_dropout(args, slice(2, None)),
        plain=lambda args, shape: Plain.of(f"Dropout{axes}d", args, (RATE,)),
        costs=dropout_costs,
    )
