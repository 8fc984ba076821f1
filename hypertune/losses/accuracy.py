"""`accuracy` and `error`: the shares of examples whose likeliest class is right, and wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import MetricType

if TYPE_CHECKING:
    from torch import Tensor


def _right() -> Any:
    def right(output_BC: Tensor, target_B: Tensor) -> Tensor:
        return (output_BC.argmax(1) == target_B).sum()

    return right


def _wrong() -> Any:
    def wrong(output_BC: Tensor, target_B: Tensor) -> Tensor:
        return (output_BC.argmax(1) != target_B).sum()

    return wrong


ACCURACY = MetricType(
    name="accuracy", doc="share of examples classified rightly", targets="classes", build=_right
)

ERROR = MetricType(
    name="error", doc="share of examples classified wrongly", targets="classes", build=_wrong
)
