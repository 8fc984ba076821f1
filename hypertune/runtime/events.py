"""What the loop yields. Sinks are functions of an event."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from hypertune.runtime.outcome import Outcome


@frozen
class Started:
    """Before the first step (of this sitting, if it was resumed)."""

    step: int
    steps: int | None  # in all, None if a time decides
    steps_per_epoch: int


@frozen
class Stepped:
    """After each training step; carries no tensor, so that nobody waits for the device."""

    step: int


@frozen
class Reported:
    """After each epoch, and at the end.

    Units: `spreads` in free units, `hypers` in own values, `seconds` of training so far, over
    all sittings; `metrics` holds `valid_accuracy` and the like. `best` tells that no validation
    loss before was lower. `train_loss` is the mean over the steps since the last report.
    """

    step: int
    epoch: float
    seconds: float
    train_loss: float
    valid_loss: float
    metrics: Mapping[str, float]
    hypers: Mapping[str, float | str]
    spreads: Mapping[str, float]
    best: bool


@frozen
class Ended:
    """The last event."""

    step: int
    outcome: Outcome


Event = Started | Stepped | Reported | Ended
