"""`cross_entropy(smoothing, weight, class_weights)`: of the classes, from logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use
from hypertune.losses.weighting import WEIGHT, per_target, weighted_mean

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def _build(args: Args) -> Any:
    from torch.nn import functional

    def cross_entropy(given: LossInput) -> Tensor:
        smoothing, weight = (given.argument(name, args) for name in ("smoothing", "weight"))
        output, target = given.output, given.target
        if output.dim() > 2 and not target.is_floating_point():  # a class for each token
            output, target = output.flatten(0, -2), target.flatten()
        class_weight_C = given.per_class.get("class_weights")
        plain = isinstance(weight, float) and class_weight_C is None
        if isinstance(smoothing, float) and plain:
            loss = functional.cross_entropy(output, target, label_smoothing=smoothing)
            return loss if weight == 1 else weight * loss
        logp_NC = functional.log_softmax(output, dim=1)
        if class_weight_C is not None:  # as torch does, but for its division by their sum
            logp_NC = class_weight_C * logp_NC
        if target.is_floating_point():
            loss_N = -(target * logp_NC).sum(1)
        else:
            loss_N = functional.nll_loss(logp_NC, target, reduction="none")
        rows = len(given.output)
        if not isinstance(smoothing, float) or smoothing > 0:
            uniform_N = -logp_NC.mean(dim=1)
            loss_N = loss_N.lerp(uniform_N, per_target(smoothing, loss_N, rows))
        return weighted_mean(given, args, loss_N)

    return cross_entropy


CROSS_ENTROPY = LossType(
    name="cross_entropy",
    doc="mean negative log likelihood of the class, from logits",
    args=(
        Arg(
            "smoothing",
            "float",
            "share of every target that is spread evenly over all classes",
            default=0.0,
            low=0,
            high=1,
            use=Use.SMOOTH,
        ),
        WEIGHT,
        Arg(
            "class_weights",
            "numbers",
            "what a class counts; `balanced`: as much as every other, in the training part. "
            "A mean over examples, not divided by the sum of their weights",
            default=None,
            low=0,
            choices=("balanced",),
            count="classes",
        ),
    ),
    build=_build,
    targets="classes",
)
