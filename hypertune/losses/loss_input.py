"""What a loss is a function of: a network's output for a batch, and its weights for penalties."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import field, frozen
from torch import Tensor

from hypertune.catalogue import Args
from hypertune.losses.per_weight import Norm, penalty


def _none() -> Sequence[Tensor]:
    return ()


def _underived(along: Tensor) -> Tensor:
    raise TypeError("a loss differentiates by the inputs whose kind does not say so")


@frozen
class LossInput:
    """What one term of an objective is computed from.

    Shapes: `output` (B, …), `target` (B, …) classes or reals. `values` are the constrained values
    of the hyperparameters passed as arguments to this loss, each (B,) or (1,). What is called
    costs nothing where a loss does not ask for it: `squares` and `absolutes` give the sum of the
    squared or absolute effective weights, (B,) or (1,), `row_squares` for each weight the sums of
    its rows, (B, O) or (1, O), and `weights` the base weights themselves; of the layer that a
    penalty on weights names (`of = NAME`), or of all. `per_weight` are values that there is one
    of for each of those weights, in their order (P,), `per_class` arguments that there is one of
    for each class (C,). `by_inputs` gives, from numbers for each output, the derivative of their
    product with the outputs by the inputs, which can be differentiated again. `outputs` are those
    of labelled layers that other terms read.
    """

    output: Tensor
    target: Tensor
    values: Mapping[str, Tensor]
    squares: Callable[[], Tensor]
    absolutes: Callable[[], Tensor]
    weights: Callable[[], Sequence[Tensor]] = _none
    row_squares: Callable[[], Sequence[Tensor]] = _none
    by_inputs: Callable[[Tensor], Tensor] = _underived
    outputs: Mapping[str, Tensor] = field(factory=dict)
    per_weight: Mapping[str, Tensor] = field(factory=dict)
    per_class: Mapping[str, Tensor] = field(factory=dict)

    def argument(self, name: str, args: Args) -> Tensor | float:
        """A hyperparameter's values, or the constant that stands in its place."""
        value = self.values.get(name)
        return float(args[name]) if value is None else value

    def weighted(self, name: str, norm: Norm) -> Tensor | None:
        """The sum over weights w of value × norm(w), where there is a value for each weight.

        Args:
            name: the argument that the values are passed for; without any, None is given.
            norm: of a weight.

        """
        values_P = self.per_weight.get(name)
        return None if values_P is None else penalty(values_P, self.weights(), norm)
