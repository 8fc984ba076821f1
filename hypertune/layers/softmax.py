"""`softmax(dim)`: shares that add up to one along an axis."""

from __future__ import annotations

from attrs import evolve

from hypertune.catalogue import Arg, Args, LayerType, Plain
from hypertune.ir import Shape
from hypertune.layers.axes import axis
from hypertune.layers.elementwise import elementwise

_DIM = Arg("dim", "int", "that axis, counting the batch as 0", default=-1)


def _output(args: Args, shape: Shape) -> Shape:
    axis(args, "dim", shape)
    return shape


def shares(name: str, doc: str, torch: str) -> LayerType:
    """That of `nn.Softmax` or its logarithm."""
    return evolve(
        elementwise(name, doc, torch, _DIM),
        output=_output,
        plain=lambda args, shape: Plain(torch, (), {"dim": args["dim"]}),  # torch warns without
    )


SOFTMAX = shares(
    "softmax", "Shares that add up to one along an axis: exp(x), divided by their sum.", "Softmax"
)
