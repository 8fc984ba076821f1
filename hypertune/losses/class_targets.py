"""Classes as targets: one for each output, or shares of each class where examples are mixed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from hypertune.losses.loss_input import LossInput


def in_rows(given: LossInput) -> tuple[Tensor, Tensor]:
    """Output (N, C) and classes (N,), or shares of them (N, C); N counts tokens of a text."""
    output_NC = given.output.flatten(0, -2)
    target = given.target
    return output_NC, target.flatten(0, -2) if target.is_floating_point() else target.flatten()


def of_targets(value_NC: Tensor, target: Tensor, loss: Callable[[Tensor], Tensor]) -> Tensor:
    """The loss (N,) of the value of each target's class; of shares, its mean by them.

    Args:
        value_NC: such as a log-probability for each class.
        target: classes (N,) or shares of them (N, C).
        loss: of such values, elementwise.

    """
    if target.is_floating_point():
        return (target * loss(value_NC)).sum(1)
    return loss(value_NC.gather(1, target[:, None])[:, 0])
