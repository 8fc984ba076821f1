"""`perplexity`: between how many equally likely classes, or next tokens, a network hesitates."""

from __future__ import annotations

from math import exp, inf
from typing import TYPE_CHECKING, Any, Final

from hypertune.catalogue import MetricType

if TYPE_CHECKING:
    from torch import Tensor

_LARGEST: Final = 700.0  # of which the exponential is still a number


def _summed() -> Any:
    from torch.nn import functional

    def log_loss(output: Tensor, target: Tensor) -> Tensor:
        return functional.cross_entropy(output.flatten(0, -2), target.flatten(), reduction="sum")

    return log_loss


PERPLEXITY = MetricType(
    name="perplexity",
    doc="exponential of the mean cross entropy, of each token where there are tokens",
    targets="classes",
    build=_summed,
    read=lambda mean: exp(mean) if mean < _LARGEST else inf,
)
