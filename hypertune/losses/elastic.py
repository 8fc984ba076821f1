"""`elastic(strength, ratio, of)`: absolute and squared effective weights, mixed.

Source: Zou and Hastie 2005, in the form of scikit-learn's `ElasticNet`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.norms import EXEMPT, OF

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    from hypertune.losses.per_weight import ABSOLUTES, SQUARES

    def elastic(given: LossInput) -> Tensor:
        ratio = given.argument("ratio", args)
        mean = ratio if isinstance(ratio, float) else ratio.mean()
        absolutes = given.weighted("strength", ABSOLUTES)
        squares = given.weighted("strength", SQUARES)
        if absolutes is not None and squares is not None:
            return mean * absolutes + (1 - mean) / 2 * squares
        norm = ratio * given.absolutes() + (1 - ratio) / 2 * given.squares()
        return (given.argument("strength", args) * norm).mean()

    return elastic


ELASTIC = LossType(
    name="elastic",
    doc="strength x (ratio x the sum of the absolute effective weights + (1 - ratio) x half that "
    f"of the squared ones), {EXEMPT}",
    args=(
        Arg(
            "strength", "float", "how strong", low=0, use=Use.SMOOTH, per_batch=True, each="weight"
        ),
        Arg(
            "ratio",
            "float",
            "0 is `l2`, 1 is `l1`",
            default=0.5,
            low=0,
            high=1,
            use=Use.SMOOTH,
            per_batch=True,
        ),
        OF,
    ),
    build=_build,
    penalty="weights",
)
