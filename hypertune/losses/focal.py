"""`focal(gamma, weight)`: cross entropy that counts examples less that are right anyway.

Source: Lin et al. 2017, equation 4. Deviation: there each class has a sigmoid of its own, here
probabilities are a softmax, so that it is `cross_entropy` at gamma = 0.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.class_targets import in_rows, of_targets
from hypertune.losses.weighting import WEIGHT, per_target, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    import torch
    from torch.nn import functional

    def focal(given: LossInput) -> Tensor:
        output_NC, target = in_rows(given)
        gamma = per_target(given.argument("gamma", args), output_NC, len(given.output))

        def loss(logp: Tensor) -> Tensor:
            # the derivative of 0 ** gamma is not finite
            missed = -torch.expm1(logp.clamp(max=-torch.finfo(logp.dtype).eps))
            power = gamma if isinstance(gamma, float) else gamma.view(-1, *[1] * (logp.dim() - 1))
            return -logp * missed**power

        logp_NC = functional.log_softmax(output_NC, dim=1)
        return weighted_mean(given, args, of_targets(logp_NC, target, loss))

    return focal


FOCAL = LossType(
    name="focal",
    doc="cross entropy, from logits, times (1 - p) to the power of gamma, p being the probability "
    "of the class",
    args=(
        Arg(
            "gamma",
            "float",
            "how much less examples count that are classified right anyway",
            default=2.0,
            low=0,
            use=Use.SMOOTH,
        ),
        WEIGHT,
    ),
    build=_build,
    targets="classes",
)
