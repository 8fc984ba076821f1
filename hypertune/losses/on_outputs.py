"""Penalties on what leaves a labelled layer: `activation` and `temporal`.

Source: Merity, McCann and Socher 2017, section 4 (AR and TAR); here the first is a mean of squares
over all numbers, as in their released code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput

_ARGS = (
    Arg("strength", "float", "how strong", low=0, use=Use.SMOOTH),
    Arg("of", "label", "the layer whose output is penalised"),
)


def _penalty(size: Callable[[Tensor], Tensor]) -> Callable[[Args], Any]:
    """The mean over examples of strength times a size of each example's output, (B,)."""

    def build(args: Args) -> Any:
        def penalty(given: LossInput) -> Tensor:
            return (given.argument("strength", args) * size(given.outputs["of"])).mean()

        return penalty

    return build


def _mean_square(y: Tensor) -> Tensor:
    return y.square().flatten(1).mean(1)


def _mean_square_step(y_BTH: Tensor) -> Tensor:
    return _mean_square(y_BTH[:, 1:] - y_BTH[:, :-1])


ACTIVATION = LossType(
    name="activation",
    doc="strength x the mean square of what leaves a labelled layer",
    args=_ARGS,
    build=_penalty(_mean_square),
    penalty="outputs",
)

TEMPORAL = LossType(
    name="temporal",
    doc="strength x the mean square of what a labelled layer's output changes by from one time "
    "step to the next (its second axis, the batch counted)",
    args=_ARGS,
    build=_penalty(_mean_square_step),
    penalty="outputs",
)
