"""`jacobian(strength, projections)`: how much outputs change with the inputs.

Source: Hoffman, Roberts and Yaida 2019, algorithm 1. Where as many projections are asked for as
there are outputs, or more, they are the outputs themselves, and the norm is exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    def jacobian(given: LossInput) -> Tensor:
        square_B = given.output.new_zeros(len(given.output))
        for along in _projections(given.output.detach(), int(args["projections"])):
            square_B = square_B + given.by_inputs(along).flatten(1).square().sum(1)
        return (given.argument("strength", args) * square_B).mean() / 2

    return jacobian


def _projections(output: Tensor, count: int) -> Iterator[Tensor]:
    """Directions v of the outputs, of which the sum of v vᵀ is the identity, or is so on average.

    Random ones are spread evenly over the directions.
    """
    import torch

    outputs = output[0].numel()
    if count >= outputs:
        for place in range(outputs):
            along = torch.zeros_like(output)
            along.flatten(1)[:, place] = 1
            yield along
        return
    for _ in range(count):
        drawn = torch.randn_like(output).flatten(1)
        length = (outputs / count) ** 0.5
        yield (drawn * (length / drawn.norm(dim=1, keepdim=True))).view_as(output)


JACOBIAN = LossType(
    name="jacobian",
    doc="strength x half the mean of the squared Frobenius norm of the derivatives of an "
    "example's outputs by its inputs, as the network reads them; estimated without bias from "
    "random projections of the outputs, each as costly as a pass backward",
    args=(
        Arg("strength", "float", "how strong", low=0, use=Use.SMOOTH),
        Arg(
            "projections",
            "int",
            "how many; as many as outputs, or more, make it exact",
            default=1,
            low=1,
        ),
    ),
    build=_build,
    penalty="inputs",
    waived={
        "is the mean over examples": "its projections are drawn for the batch; it is that mean on "
        "average"
    },
)
