"""`locked_dropout(p)`: dropout of a sequence with one mask for all of its steps.

Source: Gal and Ghahramani 2016; the name is that of Merity et al. 2017.
"""

from __future__ import annotations

from hypertune.catalogue import Args, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.dropout import RATE, build_dropout, dropout_costs


def _plain(args: Args, shape: Shape) -> Plain:
    return Plain("Identity")  # torch has none, and a network in use drops nothing


LOCKED_DROPOUT = LayerType(
    name="locked_dropout",
    doc="In training, zeroes features of a sequence at random, each at all of its steps, and "
    "scales the others by 1/(1 - p); the exported network, for use, has nothing in its place.",
    args=(RATE,),
    ranks=(2,),
    output=lambda args, shape: shape,
    build=lambda args, shape, given: build_dropout(args, slice(1, 2)),
    plain=_plain,
    costs=dropout_costs,
    waived={"trains as its plain twin": "torch has no dropout with one mask for all steps"},
)
