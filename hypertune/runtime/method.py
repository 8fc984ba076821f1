"""What a method must answer. All else about it is its own business."""

from __future__ import annotations

from typing import Any, Protocol, TypeVar

from torch import Tensor

from hypertune.runtime.problem import Batches, Heard, Problem, Weights
from hypertune.runtime.recipe import Recipe

S = TypeVar("S", bound="State")


class State(Protocol):
    """Everything that a run would lose if it were stopped here, random numbers excepted.

    The loop seeds torch anew before each step from (seed, step), so no generator is part of it.
    """

    @property
    def weights(self) -> Weights:
        """Base and response parameters by name, as the losses take them."""

    @property
    def free_H(self) -> Tensor:
        """The free hyperparameters."""

    @property
    def spread_H(self) -> Tensor:
        """Standard deviations of their perturbations, in free units; zero where there is none."""

    def state_dict(self) -> dict[str, Any]:
        """Nested dicts and lists of tensors, numbers, strings, booleans and None."""

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        """Take back what `state_dict` gave, bit for bit."""

    def end_epoch(self, valid_loss: float) -> None:
        """Move the schedules on."""


class Method(Protocol[S]):
    """A frozen value whose fields are its options.

    `step` does training step number `k` (from 0) in place, and whatever the method does on
    validation batches after it; it gives the training loss, detached and not synchronised.
    `heard` is what the network hears when it is used as it now stands.
    """

    def init(self, problem: Problem, recipe: Recipe) -> S: ...

    def step(self, problem: Problem, state: S, batches: Batches, k: int) -> Tensor: ...

    def heard(self, state: S) -> Heard: ...
