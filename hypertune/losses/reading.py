"""What a loss reads: a network's answer to a batch, and the network itself for penalties."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import frozen
from torch import Tensor

from hypertune.catalogue import Args


@frozen
class Reading:
    """One reading of a network on one batch.

    Shapes: `output` (B, …), `target` (B,) classes or (B, …) reals. `values` are the own values of
    the hyperparameters passed as arguments to this loss, each (B,) or (1,). `squares` and
    `absolutes` give the sum over all layers of the squared or absolute effective weights, (B,)
    or (1,), when called: a loss that does not ask does not pay.
    """

    output: Tensor
    target: Tensor
    values: Mapping[str, Tensor]
    squares: Callable[[], Tensor]
    absolutes: Callable[[], Tensor]

    def argument(self, name: str, args: Args) -> Tensor | float:
        """A hyperparameter's values, or the constant that stands in its place."""
        value = self.values.get(name)
        return float(args[name]) if value is None else value
