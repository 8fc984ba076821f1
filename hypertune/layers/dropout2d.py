"""`dropout2d(p)`: zeroes whole channels at random, at a rate of each example's own."""

from __future__ import annotations

from hypertune.catalogue import LayerType, Plain
from hypertune.layers.dropout import RATE, build_dropout, dropout_costs

DROPOUT2D = LayerType(
    name="dropout2d",
    doc="In training, zeroes whole channels at random and scales the others by 1/(1 - p).",
    args=(RATE,),
    ranks=(3,),
    output=lambda args, shape: shape,
    build=lambda args, shape, given: build_dropout(args, slice(2, None)),
    plain=lambda args, shape: Plain.of("Dropout2d", args, (RATE,)),
    costs=dropout_costs,
)
