"""`nll(weight)`: of the classes, from log-probabilities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Args, LossType
from hypertune.losses.class_targets import in_rows, of_targets
from hypertune.losses.weighting import WEIGHT, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    def nll(given: LossInput) -> Tensor:
        logp_NC, target = in_rows(given)
        return weighted_mean(given, args, of_targets(logp_NC, target, lambda logp: -logp))

    return nll


NLL = LossType(
    name="nll",
    doc="mean negative log likelihood of the class, from log-probabilities, such as `log_softmax` "
    "gives; `cross_entropy` is the same from logits",
    args=(WEIGHT,),
    build=_build,
    targets="classes",
)
