"""What a method is told of the task: two losses, the weights, the hyperparameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from attrs import frozen
from torch import Tensor

Weights = Mapping[str, Tensor]
Batch = Any  # whatever the losses take; a compiled spec's are pairs (x, y)


@frozen
class Heard:
    """What the layers and losses hear of the hyperparameters.

    Shapes: both have a row per example, or a single row that all examples share.
    Units: free values; `response_BH` is what the weights answer to, None for silence (zero).
    `linearised` asks for the loss at the first-order change of the outputs by the response.
    """

    value_BH: Tensor
    response_BH: Tensor | None = None
    linearised: bool = False


Loss = Callable[[Weights, Heard, Batch], Tensor]  # to a scalar, the mean over the batch


@frozen
class Hypers:
    """The hyperparameters as vectors, in the order of `names`.

    Shapes: every tensor is (H,). Units: `start_H` and `spread_H` (a standard deviation) in free
    values; the others are masks.
    """

    names: tuple[str, ...]
    start_H: Tensor
    spread_H: Tensor
    spread_fixed_H: Tensor
    per_batch_H: Tensor
    frozen_H: Tensor


@frozen
class Problem:
    """min over λ of outer(w*(λ), λ), where w*(λ) = argmin over w of inner(w, λ).

    `base` are the weights, `response` the parameters of their answer to the hyperparameters (none
    if they do not answer); losses get both in one mapping. No name stands in both.
    `examples` counts the rows of a batch, so that a method can draw one perturbation for each.
    """

    inner: Loss
    outer: Loss
    base: Weights
    response: Weights
    hypers: Hypers
    examples: Callable[[Batch], int]


class Batches(Protocol):
    """Batches by number: pure functions of a seed and `k`, so that a run resumes anywhere."""

    @property
    def steps_per_epoch(self) -> int:
        """How many training batches one pass over the training part takes."""

    def train(self, k: int) -> Batch:
        """The k-th training batch since the start."""

    def valid(self, k: int) -> Batch:
        """The k-th validation batch since the start."""
