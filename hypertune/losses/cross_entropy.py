"""`cross_entropy(smoothing, weight)`: of the classes, from logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.reading import Reading


def _build(args: Args) -> Any:
    from torch.nn import functional

    def cross_entropy(reading: Reading) -> Tensor:
        smoothing, weight = (reading.argument(name, args) for name in ("smoothing", "weight"))
        if isinstance(smoothing, float) and isinstance(weight, float):
            loss = functional.cross_entropy(
                reading.output, reading.target, label_smoothing=smoothing
            )
            return loss if weight == 1 else weight * loss
        logp_BC = functional.log_softmax(reading.output, dim=1)
        loss_B = functional.nll_loss(logp_BC, reading.target, reduction="none")
        if not isinstance(smoothing, float) or smoothing > 0:
            uniform_B = -logp_BC.mean(dim=1)
            loss_B = loss_B.lerp(uniform_B, smoothing)
        return (weight * loss_B).mean()

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
        Arg("weight", "float", "what an example counts", default=1.0, low=0, use=Use.SMOOTH),
    ),
    build=_build,
    targets="classes",
)
