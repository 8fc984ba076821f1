"""`cross_entropy(smoothing)`: of the classes, from logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import Arg, Args, LossType, Use

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.reading import Reading


def _build(args: Args) -> Any:
    from torch.nn import functional

    def cross_entropy(reading: Reading) -> Tensor:
        smoothing = reading.argument("smoothing", args)
        if isinstance(smoothing, float | int):
            return functional.cross_entropy(
                reading.output, reading.target, label_smoothing=smoothing
            )
        logp_BC = functional.log_softmax(reading.output, dim=1)
        wrong_B = functional.nll_loss(logp_BC, reading.target, reduction="none")
        uniform_B = -logp_BC.mean(dim=1)
        return wrong_B.lerp(uniform_B, smoothing).mean()

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
    ),
    build=_build,
    targets="classes",
)
