"""What a method must give. All else about it is its own business."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from attrs import field, frozen
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.runtime.passes import Passes
from hypertune.runtime.problem import Problem, Weights
from hypertune.runtime.recipe import Recipe
from hypertune.uses import CannotTrain, Use

S = TypeVar("S", bound="State")


@frozen
class Step:
    """What one step gives; nothing of it has been waited for.

    Shapes: `loss` is a scalar, detached; each of `statistics` is a scalar, or (H,).
    """

    loss: Tensor
    statistics: Mapping[str, Tensor] = field(factory=dict)


class State(Protocol):
    """Everything that a method would lose if it were stopped here, random numbers excepted.

    A method's draws come from `Passes.generator`, which is seeded anew before each step from
    (seed, step), so no generator is part of it.
    """

    @property
    def weights(self) -> Weights:
        """Base and response parameters by name, as the losses take them, detached."""

    @property
    def unconstrained_H(self) -> Tensor:
        """The hyperparameters, detached."""

    @property
    def vectors(self) -> Mapping[str, Tensor]:
        """Those that there are many of, unconstrained and detached, by name."""

    def statistics(self) -> Mapping[str, Tensor]:
        """Numbers for a report, computed when they are asked for; shapes as in `Step`."""

    def state_dict(self) -> dict[str, Any]:
        """Nested dicts and lists of tensors, numbers, strings, booleans and None."""

    def load_state_dict(self, tree: dict[str, Any]) -> None:
        """Take back what `state_dict` gave, bit for bit."""

    def end_epoch(self, valid_loss: float | None) -> None:
        """Move the schedules on; the loss is None where it was not measured after this epoch."""


class Method(Protocol[S]):
    """A frozen value whose fields are its options."""

    @property
    def follows(self) -> frozenset[Use]:
        """What a hyperparameter that it tunes may be to the training loss."""

    @property
    def tunes_vectors(self) -> bool:
        """Whether it can tune hyperparameters that there is one of for each example or weight."""

    @property
    def batches_per_step(self) -> int:
        """How many training batches one step takes."""

    @property
    def valid_share(self) -> float:
        """The share of each validation batch that it reads."""

    def init(self, problem: Problem, recipe: Recipe) -> S:
        """The state before the first step."""

    def step(self, passes: Passes, state: S, k: int) -> Step:
        """Do step number `k` (from 0) in place, and what comes after it on validation."""

    def conditioning(self, problem: Problem, state: S) -> Conditioning:
        """What the network is evaluated at as it now stands."""


class CannotFollow(CannotTrain):
    """A hyperparameter is something to the training loss that the method gives no gradient for."""


def check_followed(problem: Problem, method: Method[Any]) -> None:
    """Refuse hyperparameters that the method would not tune as they are used.

    Raises:
        CannotFollow: naming them all; a method that tunes nothing refuses nothing.

    """
    if not method.follows:
        return
    hypers = problem.hypers
    tuned = {
        *(n for n, stays in zip(hypers.names, hypers.frozen_H.tolist(), strict=True) if not stays),
        *(name for name, vector in hypers.vectors.items() if not vector.frozen),
    }
    wrong = []
    for name in sorted(tuned & hypers.uses.keys()):
        missed = [str(use) for use in sorted(hypers.uses[name] - method.follows)]
        if name in hypers.vectors and not method.tunes_vectors:
            missed.append("one for each example or weight")
        if missed:
            wrong.append(f"`{name}` ({', '.join(missed)})")
    if wrong:
        follows = ", ".join(sorted(method.follows))
        raise CannotFollow(
            f"{type(method).__name__} tunes what is {follows} to the training loss; it cannot "
            f"tune {', '.join(wrong)}: freeze these, or take another method"
        )
