"""`entropy(strength)`: less is added the less sure predictions are.

Source: Pereyra et al. 2017, section 3 (the confidence penalty).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.class_targets import in_rows
from hypertune.losses.weighting import per_target

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    from torch.nn import functional

    def entropy(given: LossInput) -> Tensor:
        output_NC, _ = in_rows(given)
        if output_NC.shape[1] == 1:  # the logit of the second of two classes; the first has 0
            output_NC = functional.pad(output_NC, (1, 0))
        logp_NC = functional.log_softmax(output_NC, 1)
        lack_N = (logp_NC.exp() * logp_NC).sum(1)
        strength = per_target(given.argument("strength", args), lack_N, len(given.output))
        return (strength * lack_N).mean()

    return entropy


ENTROPY = LossType(
    name="entropy",
    doc="strength x the mean of minus the entropy of the predicted classes, from logits: it is "
    "lower the less sure predictions are",
    args=(Arg("strength", "float", "how strong", low=0, use=Use.SMOOTH),),
    build=_build,
    targets="classes",
    penalty="outputs",
)
