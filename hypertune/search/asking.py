"""Where a study gets its trials from: Optuna's ask and tell, made anew for each trial.

What is drawn depends on a seed and on the trials that ended before: a study that is taken up draws
what it would have drawn, and nothing of Optuna's has to be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from time import monotonic, time
from typing import Any, Protocol
from warnings import catch_warnings, simplefilter

import optuna
from optuna.exceptions import ExperimentalWarning, UpdateFinishedTrialError
from optuna.pruners import NopPruner
from optuna.samplers import RandomSampler
from optuna.trial import TrialState, create_trial

from hypertune.runs.journal import Row
from hypertune.runtime.seeding import mixed
from hypertune.search.searches import Search
from hypertune.search.space import Space, Starts
from hypertune.search.trial import Trial, lowest

SEEN = "seen"  # when somebody last worked on a trial, in seconds since 1970
BEAT = 60.0  # seconds between two of these
_32_BITS = (1 << 32) - 1  # the most that a sampler takes as its seed


class Asked:
    """The next trial: what it starts from, and whether it is worth going on with."""

    def __init__(self, trial: optuna.Trial, number: int, starts: Starts) -> None:
        self.number, self.starts = number, starts
        self._trial, self._rows, self._epoch = trial, list[Row](), 0
        self._beaten = monotonic()

    def is_pruned_after(self, row: Row) -> bool:
        """Whether the trial ends with this report; they come in order."""
        self._rows.append(row)
        found = [*lowest(self._rows)]
        if isinstance(self._trial.study.pruner, NopPruner):
            return False
        if not found or found[-1][0] == self._epoch:
            return False
        self._epoch, loss = found[-1]
        with suppress(UpdateFinishedTrialError):  # another process took it for dead
            self._trial.report(loss, self._epoch)
            return self._trial.should_prune()
        return False

    def beat(self) -> None:
        """Tell others that somebody works on the trial; now and then is enough."""
        if monotonic() - self._beaten >= BEAT:
            self._beaten = monotonic()
            with suppress(UpdateFinishedTrialError):
                self._trial.set_user_attr(SEEN, time())

    def tell(self, trial: Trial) -> None:
        """Tell others how it ended."""
        told = (
            {"state": TrialState.PRUNED} if trial.outcome == "pruned" else {"values": trial.loss}
        )
        with suppress(UpdateFinishedTrialError):
            self._trial.study.tell(self._trial, **told, skip_if_finished=True)


class Source(Protocol):
    """Gives a study its trials; if there are `others`, they may be given the same one."""

    others: bool

    def ask(self, history: Sequence[Trial]) -> Asked | None:
        """The next trial, given those that have ended here; None if none is left."""

    def begin(self) -> None:
        """Before the first is asked for in this sitting, by who has the lock of the run."""

    def report(self) -> dict[str, Any]:
        """How the study stands, with the trials of others."""


class Alone:
    """Trials of one process, one after the other, which repeat themselves exactly."""

    others = False

    def __init__(self, search: Search, space: Space, trials: int, seed: int) -> None:
        self._search, self._space, self._trials, self._seed = search, space, trials, seed

    def ask(self, history: Sequence[Trial]) -> Asked | None:
        search, space, number = self._search, self._space, len(history) + 1
        if number > self._trials:
            return None
        first = first_of(search, space, number - 1)
        with quiet():
            study = optuna.create_study(sampler=RandomSampler(0), pruner=search.pruner())
            for trial in history if search.looks_back else ():
                _tell(study, space, trial)
            if first is not None:
                study.enqueue_trial(dict(first))
            study.sampler = search.sampler(seed_of(self._seed, number))
            asked = study.ask(dict(space.domains))
        return Asked(asked, number, space.starts(asked.params))

    def begin(self) -> None: ...

    def report(self) -> dict[str, Any]:
        return {}


def first_of(search: Search, space: Space, place: int) -> Starts | None:
    """What a search tries in a place, from 0, before it draws; None if it draws there."""
    return next(islice(search.first(space), place, None), None)


def seed_of(seed: int, number: int) -> int:
    """What a sampler draws the trial of a number from."""
    return mixed(seed, number) & _32_BITS


def _tell(study: optuna.Study, space: Space, trial: Trial) -> None:
    """A trial that has ended; step by step if there is a pruner, which keeps what it saw."""
    starts, domains = dict(trial.starts), dict(space.domains)
    if isinstance(study.pruner, NopPruner):
        study.add_trial(create_trial(params=starts, distributions=domains, value=trial.loss))
        return
    study.enqueue_trial(starts)
    asked = Asked(study.ask(domains), trial.number, trial.starts)
    for row in trial.rows:
        asked.is_pruned_after(row)
    asked.tell(trial)


@contextmanager
def quiet() -> Iterator[None]:
    """Without Optuna's own lines about studies that live for a moment."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with catch_warnings():
            simplefilter("ignore", ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(before)
