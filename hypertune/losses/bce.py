"""`bce(weight)`: each class against the rest, from logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Args, LossType
from hypertune.losses.class_targets import in_rows
from hypertune.losses.weighting import WEIGHT, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    from torch.nn import functional

    def bce(given: LossInput) -> Tensor:
        output_NC, target = in_rows(given)
        classes = output_NC.shape[1]
        if not target.is_floating_point():
            target = functional.one_hot(target, max(classes, 2))
        if classes == 1:  # a single logit is that of the second of two classes
            target = target[:, 1:]
        loss_NC = functional.binary_cross_entropy_with_logits(
            output_NC, target.to(output_NC.dtype), reduction="none"
        )
        return weighted_mean(given, args, loss_NC.mean(1))

    return bce


BCE = LossType(
    name="bce",
    doc="mean binary cross entropy, from logits: of two classes, one logit, which is that of the "
    "second; of any number of them, a logit for each class against the rest",
    args=(WEIGHT,),
    build=_build,
    targets="classes",
    single_logit=True,
)
