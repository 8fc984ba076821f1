"""A schedule as a value: torch's class, and the same as pure functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Protocol

import torch
from attrs import asdict, field, frozen, validators
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau

from hypertune.runtime.optimiser import Number

Position = Mapping[str, float]  # how far a schedule has come: numbers by name, for a snapshot


class Schedule(Protocol):
    """How a learning rate moves from epoch to epoch.

    The pure functions give the learning rates that torch's scheduler gives (up to rounding);
    `rate` is differentiable in a starting rate that is a tensor, and waits for no device.
    """

    def make(self, optimiser: Optimizer) -> LRScheduler:
        """Torch's scheduler of this optimiser, from its first epoch on."""

    def init(self) -> Position:
        """The position in the first epoch."""

    def after(self, position: Position, valid_loss: float) -> Position:
        """The position in the epoch that follows, of one that ended at this validation loss."""

    def rate(self, start: Number, position: Position) -> Number:
        """The learning rate at a position, from the one that the optimiser was made with."""


@frozen
class EpochSchedule:
    """A schedule by the number of the epoch.

    Args:
        torch: the scheduler.
        options: of that class, by name.
        factor: what is left in each epoch (from 0) of the distance from `lowest` to the start.
        lowest: a learning rate that the schedule does not go below.

    """

    torch: type[LRScheduler]
    options: Mapping[str, Any]
    factor: Callable[[int], float]
    lowest: float = 0.0

    def make(self, optimiser: Optimizer) -> LRScheduler:
        return self.torch(optimiser, **self.options)

    def init(self) -> Position:
        return {"epoch": 0}

    def after(self, position: Position, valid_loss: float) -> Position:
        return {"epoch": position["epoch"] + 1}

    def rate(self, start: Number, position: Position) -> Number:
        return self.lowest + (start - self.lowest) * self.factor(int(position["epoch"]))


@frozen
class PlateauSchedule:
    """A schedule that cuts the learning rate where the validation loss no longer falls.

    The options are those of `torch.optim.lr_scheduler.ReduceLROnPlateau`.
    """

    factor: float = 0.1
    patience: int = 10
    threshold: float = 1e-4
    threshold_mode: str = field(default="rel", validator=validators.in_(("rel", "abs")))
    cooldown: int = 0
    min_lr: float = 0.0
    eps: float = 1e-8

    def make(self, optimiser: Optimizer) -> LRScheduler:
        return ReduceLROnPlateau(optimiser, **asdict(self))

    def init(self) -> Position:
        return {"best": inf, "waited": 0, "cooling": 0, "cuts": 0}

    def after(self, position: Position, valid_loss: float) -> Position:
        best, cooling = position["best"], position["cooling"]
        fell = valid_loss < self._bar(best)
        waited = 0 if fell or cooling else position["waited"] + 1
        best = valid_loss if fell else best
        cut = waited > self.patience
        return {
            "best": best,
            "waited": 0 if cut else waited,
            "cooling": self.cooldown if cut else max(cooling - 1, 0),
            "cuts": position["cuts"] + cut,
        }

    def rate(self, start: Number, position: Position) -> Number:
        rate = start
        for _ in range(int(position["cuts"])):
            rate = self._cut(rate)
        return rate

    def _bar(self, best: float) -> float:
        """What a validation loss must be below to have fallen."""
        if self.threshold_mode == "rel":
            return best * (1 - self.threshold)
        return best - self.threshold

    def _cut(self, rate: Number) -> Number:
        if isinstance(rate, Tensor):
            lower = torch.clamp(rate * self.factor, min=self.min_lr)
            return torch.where(rate - lower > self.eps, lower, rate)
        least = max(rate * self.factor, self.min_lr)
        return least if rate - least > self.eps else rate
