"""`hinge(margin, weight)`: how far other classes come near the right one.

Source: torch's `multi_margin_loss`, after Crammer and Singer 2001; it adds up, over all other
classes, by how much they come nearer than the margin, and divides by the number of classes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.class_targets import in_rows
from hypertune.losses.weighting import WEIGHT, per_target, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    def hinge(given: LossInput) -> Tensor:
        output_NC, target = in_rows(given)
        margin = per_target(given.argument("margin", args), output_NC, len(given.output))
        if target.is_floating_point():  # the mean, by its shares, of the loss of each class
            loss_N = (target * _short(output_NC, output_NC, margin)).sum(1)
        else:
            loss_N = _short(output_NC, output_NC.gather(1, target[:, None]), margin)[:, 0]
        return weighted_mean(given, args, loss_N)

    return hinge


def _short(output_NC: Tensor, own_NK: Tensor, margin: Tensor | float) -> Tensor:
    """The loss if the class of K had to be the one, (N, K)."""
    within = margin if isinstance(margin, float) else margin.view(-1, 1, 1)
    ahead_NKC = output_NC[:, None, :] - own_NK[:, :, None]
    short_NKC = (ahead_NKC + within).clamp(min=0)
    itself = margin if isinstance(margin, float) else margin.view(-1, 1)
    return (short_NKC.sum(2) - itself) / output_NC.shape[1]


HINGE = LossType(
    name="hinge",
    doc="how much nearer than `margin` the outputs of other classes come to that of the class, "
    "added up over these and divided by the number of classes",
    args=(
        Arg(
            "margin",
            "float",
            "how far apart outputs have to be",
            default=1.0,
            low=0,
            use=Use.SMOOTH,
        ),
        WEIGHT,
    ),
    build=_build,
    targets="classes",
)
