"""A study in a storage of Optuna's, which several processes and machines work on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Any

import optuna
from attrs import frozen
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.exceptions import UpdateFinishedTrialError
from optuna.samplers import PartialFixedSampler, RandomSampler
from optuna.trial import FrozenTrial, TrialState, create_trial
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from hypertune.runs import RunError
from hypertune.search.asking import BEAT, SEEN, Asked, first_of, quiet, seed_of
from hypertune.search.searches import Search
from hypertune.search.space import Space
from hypertune.search.trial import Trial

GRACE = 10 * BEAT  # seconds after which nobody works on a trial any more
_RUN = "run"  # who works on a trial
_PLACE = "place"  # of a trial that was begun before
_WAIT = 60  # seconds for others that write into an SQLite file


class NoStorage(RunError):
    """A storage cannot be used."""

    def __init__(self, storage: str, why: str) -> None:
        super().__init__(f"the storage {storage} cannot be used: {why}")


@frozen
class Place:
    """A study in a database.

    Args:
        storage: its URL, such as `sqlite:////home/me/study.db`.
        name: of the study in it.
        run: what this process is called there.

    """

    storage: str
    name: str
    run: str


def settled(storage: str) -> str:
    """The URL of a database, the path of an SQLite file in full.

    Raises:
        NoStorage: if it is none, or holds a password.

    """
    try:
        url = make_url(storage)
    except ArgumentError:
        why = "write the URL of a database, such as sqlite:///study.db"
        raise NoStorage(storage, why) from None
    if url.password is not None:
        why = "its password would stand in run.json; put it where the driver of the database "
        why += "looks for it (PostgreSQL: ~/.pgpass or PGPASSWORD)"
        raise NoStorage(url.render_as_string(), why)
    if url.get_backend_name() == "sqlite":
        url = url.set(database=str(Path(url.database or "study.db").absolute()))
    return url.render_as_string()


def opened(place: Place, search: Search) -> optuna.Study:
    """The study, made if nobody has made it yet.

    Raises:
        NoStorage: if the database cannot be reached.

    """
    waits = {"timeout": _WAIT} if place.storage.startswith("sqlite") else {}
    try:
        with quiet():
            storage = optuna.storages.RDBStorage(
                place.storage, engine_kwargs={"connect_args": waits}
            )
            return optuna.create_study(
                storage=storage,
                study_name=place.name,
                sampler=RandomSampler(0),
                pruner=search.pruner(),
                load_if_exists=True,
            )
    except (SQLAlchemyError, ImportError, optuna.exceptions.StorageInternalError) as fault:
        raise NoStorage(place.storage, str(fault.__cause__ or fault).splitlines()[0]) from fault


class Shared:
    """Trials of all processes that work on one study.

    A trial has a number, in the order in which the trials were first asked for. Where a search
    does not look back, the number and the seed decide what is tried, as if one process did it
    all. What a process that has died was working on is begun again, under the same number: its
    own once it is back, those of others after `GRACE` seconds without a word.
    """

    others = True  # in SQLite, two that ask at once may be given one trial

    def __init__(self, search: Search, space: Space, trials: int, seed: int, place: Place) -> None:
        self._search, self._space, self._trials, self._seed = search, space, trials, seed
        self._run, self._study = place.run, opened(place, search)

    def begin(self) -> None:
        """Let anybody have what this run was working on before."""
        for trial in self._running():
            if trial.user_attrs.get(_RUN) == self._run:
                self._again(trial)

    def ask(self, history: Sequence[Trial]) -> Asked | None:
        for trial in self._running():
            seen = trial.datetime_start.timestamp() if trial.datetime_start else 0.0
            if time() - trial.user_attrs.get(SEEN, seen) > GRACE:
                self._again(trial)
        ended = {trial.number: trial for trial in history}
        while self._is_open() and (asked := self._asked()) is not None:
            if asked.number not in ended:
                return asked
            asked.tell(ended[asked.number])  # it was killed before it could
        return None

    def report(self) -> dict[str, Any]:
        trials = self._study.get_trials(deepcopy=False)
        done = [t for t in trials if t.state is TrialState.COMPLETE and t.value is not None]
        found: dict[str, Any] = {
            "trials": sum(t.state in (TrialState.COMPLETE, TrialState.PRUNED) for t in trials),
            "running": sum(t.state is TrialState.RUNNING for t in trials),
        }
        if done:
            best = min(done, key=lambda t: (t.value, self._place(t, trials)))
            number, run = self._place(best, trials) + 1, best.user_attrs.get(_RUN, "")
            found |= {"best": number, "valid_loss": best.value, "run": run}
        return found

    def _running(self) -> list[FrozenTrial]:
        return self._study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))

    def _is_open(self) -> bool:
        """Whether a trial is left that nobody has asked for."""
        trials = self._study.get_trials(deepcopy=False)
        begun = sum(_PLACE not in t.user_attrs for t in trials)
        return begun < self._trials or any(t.state is TrialState.WAITING for t in trials)

    def _asked(self) -> Asked | None:
        with quiet():
            study, domains = self._study, self._space.domains
            study.sampler = RandomSampler(0)  # which draws nothing yet
            trial = study.ask()
            trial.set_user_attr(_RUN, self._run)
            trials = study.get_trials(deepcopy=False)
            place = self._place(next(t for t in trials if t.number == trial.number), trials)
            if place >= self._trials:  # another process has had the last one
                study.tell(trial, state=TrialState.FAIL)
                return None
            study.sampler = self._search.sampler(seed_of(self._seed, place + 1))
            if first := first_of(self._search, self._space, place):
                study.sampler = PartialFixedSampler(dict(first), study.sampler)
            drawn = {name: _suggested(trial, name, domains[name]) for name in domains}
            return Asked(trial, place + 1, self._space.starts(drawn))

    def _place(self, trial: FrozenTrial, trials: Sequence[FrozenTrial]) -> int:
        """Its number, from 0, without those that were begun before."""
        if _PLACE in trial.user_attrs:
            return int(trial.user_attrs[_PLACE])
        again = sum(_PLACE in t.user_attrs and t.number < trial.number for t in trials)
        return trial.number - again

    def _again(self, trial: FrozenTrial) -> None:
        """Have it begun again, by whoever asks next."""
        trials = self._study.get_trials(deepcopy=False)
        place = self._place(trial, trials)
        later = [
            t for t in trials if t.number > trial.number and t.user_attrs.get(_PLACE) == place
        ]
        if place < self._trials and not later:
            waiting = create_trial(
                state=TrialState.WAITING,
                params=trial.params,
                distributions=trial.distributions,
                user_attrs={_PLACE: place},
            )
            self._study.add_trial(waiting)  # first: a kill here loses nothing
        with suppress(UpdateFinishedTrialError):
            self._study.tell(trial.number, state=TrialState.FAIL, skip_if_finished=True)


def _suggested(trial: optuna.Trial, name: str, domain: BaseDistribution) -> float | str:
    match domain:
        case CategoricalDistribution(choices=choices):
            return str(trial.suggest_categorical(name, choices))
        case IntDistribution(low=low, high=high):
            return trial.suggest_int(name, low, high)
        case FloatDistribution(low=low, high=high, log=log):
            return trial.suggest_float(name, low, high, log=log)
    raise TypeError(f"nothing is drawn from {domain}")
