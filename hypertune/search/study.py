"""The loop above the loop: trials one after the other, each a training of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from math import inf
from typing import Protocol, runtime_checkable

from attrs import evolve

from hypertune.runs.failures import RunInUse
from hypertune.runs.files import without_nan
from hypertune.runs.journal import Row, row_of
from hypertune.runs.summary import WORDS
from hypertune.runtime.events import Ended, Event, Reported, Started, TrainingEvent, Tried, Within
from hypertune.runtime.outcome import Completed, Diverged, Interrupted, Outcome, Pruned
from hypertune.runtime.snapshots import Tree, copied
from hypertune.search.asking import Alone, Asked, Source
from hypertune.search.searches import Search
from hypertune.search.space import Space, Starts
from hypertune.search.trial import Trial, trial_of


class Trainable(Protocol):
    """A training, such as `runtime.Training`."""

    @property
    def seconds(self) -> float:
        """Of training, in all sittings so far."""

    def run(self) -> Iterator[TrainingEvent]:
        """Go on to the end, or until `stop`."""

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None:
        """End after the step in progress."""


@runtime_checkable
class Resumed(Protocol):
    """A training that may have begun earlier."""

    @property
    def rows(self) -> Sequence[Row]:
        """Its reports so far."""


Train = Callable[[int, Starts], AbstractContextManager[Trainable]]


class Study:
    """Trials of one search, to be stopped and taken up anywhere.

    What is tried depends on the seed and on the trials that have ended, on nothing else, unless
    other processes work on the study as well.

    Args:
        search: says what to try.
        space: where.
        trials: how many trainings, at most.
        train: gives the training of a trial, from its number (from 1) and its starts; within the
            context nobody else trains it.
        seed: what all draws start from.
        source: gives the trials, where others than this process work on the study.

    """

    def __init__(
        self,
        search: Search,
        space: Space,
        trials: int,
        train: Train,
        seed: int = 0,
        source: Source | None = None,
    ) -> None:
        self.trials, self.history = trials, list[Trial]()
        self.source = source or Alone(search, space, trials, seed)
        self._train, self._over = train, False
        self._training: Trainable | None = None
        self._stopping: Callable[[int], Outcome] | None = None

    def run(self) -> Iterator[Event]:
        """Go on to the end, or until `stop`."""
        yield Started(len(self.history), self.trials, 1.0)
        while self._stopping is None and not self._over:
            asked = self.source.ask(self.history)
            self._over = asked is None
            if asked is None:
                break
            try:
                yield from self._try(asked)
            except RunInUse:
                if not self.source.others:
                    raise
        ended = Ended(len(self.history), self.outcome(self._over))
        self._stopping = None
        yield ended

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None:
        """End after the step in progress of the trial in progress; for signal handlers.

        Args:
            ending: how the trial in progress then ends, and the study.

        """
        self._stopping = ending
        if self._training is not None:
            self._training.stop(ending)

    @property
    def seconds(self) -> float:
        """Of training, in all trials so far."""
        now = 0.0 if self._training is None else self._training.seconds
        return sum((trial.rows[-1]["seconds"] for trial in self.history), now)

    def snapshot(self) -> dict[str, Tree]:
        """The trials that have ended; the one in progress is its training's to keep."""
        return {"trials": [copied(trial.tree()) for trial in self.history]}

    def restore(self, tree: dict[str, Tree]) -> None:
        """Take up the study where `snapshot` was taken; the rest of it is the same."""
        self.history = [trial_of(copied(trial)) for trial in tree["trials"]]

    def reports(self) -> list[Tried]:
        """What was yielded of each trial that has ended, were they tried in order."""
        found, epochs, seconds, best = list[Tried](), 0.0, 0.0, inf
        for trial in self.history:
            last = trial.rows[-1]
            epochs, seconds = epochs + last["epoch"], seconds + last["seconds"]
            report = evolve(
                trial.shown,
                step=trial.number,
                epoch=epochs,
                seconds=seconds,
                best=trial.loss < best,
            )
            best = min(best, trial.loss)
            found.append(Tried(report, trial.outcome))
        return found

    @property
    def ranking(self) -> list[int]:
        """The numbers of all trials with a validation loss, the best first."""
        found = [(trial.loss, trial.number) for trial in self.history if trial.loss < inf]
        return [number for _, number in sorted(found)]

    def outcome(self, over: bool) -> Outcome:
        """How the study ends here, where nothing is left to try if it is `over`."""
        done = len(self.history)
        if not over and done < self.trials:
            return (self._stopping or Interrupted)(done)
        if self.history and all(trial.loss == inf for trial in self.history):
            advice = "try smaller learning rates, or narrower domains"
            return Diverged(done, "no trial has a validation loss that is a number", advice)
        return Completed(done, "trials")

    def add(self, trial: Trial) -> Tried:
        """Take note of a trial that has ended."""
        best = min((past.loss for past in self.history), default=inf)
        self.history = sorted([*self.history, trial], key=lambda past: past.number)
        last = self.reports()[-1].report
        report = evolve(
            trial.shown,
            step=trial.number,
            epoch=last.epoch,
            seconds=last.seconds,
            best=trial.loss < best,
        )
        return Tried(report, trial.outcome)

    def _try(self, asked: Asked) -> Iterator[Event]:
        outcome: Outcome = Interrupted(0)
        with self._train(asked.number, asked.starts) as training:
            rows = [*training.rows] if isinstance(training, Resumed) else []
            if any([asked.is_pruned_after(row) for row in rows]):  # noqa: C419  # all are asked
                training.stop(Pruned)  # it was killed before it could say so
            self._training = training
            if self._stopping is not None:
                training.stop(self._stopping)
            for event in training.run():
                match event:
                    case Reported():
                        rows.append(without_nan(row_of(event)))
                        if asked.is_pruned_after(rows[-1]):
                            training.stop(Pruned)
                    case Ended():
                        outcome = event.outcome
                asked.beat()
                yield Within(asked.number, event)
        self._training = None
        if rows and not isinstance(outcome, Interrupted):
            trial = Trial(asked.number, asked.starts, tuple(rows), WORDS[type(outcome)])
            asked.tell(trial)
            yield self.add(trial)
