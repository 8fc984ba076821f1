"""What the loop yields. Sinks are functions of an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from hypertune.runtime.outcome import Outcome

Statistic = float | Mapping[str, float]  # a number, or one for each hyperparameter


@frozen
class Started:
    """Before the first step (of this sitting, if it was resumed)."""

    step: int
    steps: int | None  # in all, None if a time decides
    steps_per_epoch: float


@frozen
class Stepped:
    """After each step; carries no tensor, so that nobody waits for the device."""

    step: int


@frozen
class Noted:
    """A word for people on how it goes, such as what was compiled."""

    step: int
    text: str


@frozen
class Reported:
    """After each epoch (every ten steps where an epoch is no longer than a step), and at the end.

    Units: `hypers` are constrained values (of those that there are many of, the quartiles),
    `seconds` of training so far, over all sittings; `metrics` holds `valid_accuracy` and the
    like; `statistics` are what the method says of itself, by name. `best` tells that no
    validation loss before was lower. `train_loss` is the mean over the steps since the last
    report.
    """

    step: int
    epoch: float
    seconds: float
    train_loss: float
    valid_loss: float
    metrics: Mapping[str, float]
    hypers: Mapping[str, float | str]
    statistics: Mapping[str, Statistic]
    best: bool

    def scalars(self) -> dict[str, float]:
        """The statistics that are single numbers, by their names in words."""
        found = {n.replace("_", " "): value for n, value in self.statistics.items()}
        return {n: value for n, value in found.items() if not isinstance(value, Mapping)}

    def numbers(self) -> Iterator[float]:
        """All that must be finite for a run to go on: words and metrics are left out."""
        yield from (self.train_loss, self.valid_loss)
        yield from (value for value in self.hypers.values() if not isinstance(value, str))
        for value in self.statistics.values():
            yield from value.values() if isinstance(value, Mapping) else (value,)


@frozen
class Ended:
    """The last event."""

    step: int
    outcome: Outcome


TrainingEvent = Started | Stepped | Noted | Reported | Ended


@frozen
class Within:
    """What happened in the training of one trial of a study, counted from 1."""

    trial: int
    event: TrainingEvent


@frozen
class Refitting:
    """What happened where a network is trained again, on training and validation part together.

    What is reported of the validation part is then of examples that the network has seen.
    """

    event: TrainingEvent


@frozen
class Tried:
    """After each trial of a study; its steps are trials.

    Of `report`, `step` is the number of the trial, `epoch` and `seconds` are those of all trials
    so far, and `best` tells that no trial before was better; the rest is the trial's own best
    report. `outcome` is how it ended, in the words of summary.json.
    """

    report: Reported
    outcome: str


Event = TrainingEvent | Within | Tried | Refitting
