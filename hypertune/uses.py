"""What a method can train: what the loss is in a hyperparameter, and a refusal. No torch."""

from __future__ import annotations

from enum import StrEnum


class Use(StrEnum):
    """What the training loss is in a hyperparameter, at one place where it is used."""

    SMOOTH = "smooth"  # it has a gradient: penalties, loss weights
    STOCHASTIC = "stochastic"  # it moves noise: dropout rates
    DISCRETE = "discrete"  # it is floored where it is read: cutout holes
    OPTIMISER = "of the optimiser"  # learning rate, momentum


class CannotTrain(ValueError):
    """A method cannot train a problem as it stands. The text is the message."""
