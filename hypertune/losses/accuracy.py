"""`accuracy`, `error`, `top5`: the shares of examples, or tokens, that are right and wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypertune.catalogue import MetricType

if TYPE_CHECKING:
    from torch import Tensor


def _right() -> Any:
    def right(output: Tensor, target: Tensor) -> Tensor:
        return (output.argmax(-1) == target).sum()

    return right


def _wrong() -> Any:
    def wrong(output: Tensor, target: Tensor) -> Tensor:
        return (output.argmax(-1) != target).sum()

    return wrong


def _among_five() -> Any:
    def among_five(output: Tensor, target: Tensor) -> Tensor:
        best = output.topk(min(5, output.shape[-1]), -1).indices
        return (best == target[..., None]).sum()

    return among_five


ACCURACY = MetricType(
    name="accuracy",
    doc="share of examples (of a text, tokens) classified rightly",
    targets="classes",
    build=_right,
)

ERROR = MetricType(
    name="error",
    doc="share of examples (of a text, tokens) classified wrongly",
    targets="classes",
    build=_wrong,
)

TOP5 = MetricType(
    name="top5",
    doc="share of examples (of a text, tokens) whose class is among the five most likely ones",
    targets="classes",
    build=_among_five,
)
