"""Optuna's ask and tell, made anew for each trial from a seed and the trials that ended before.

So a study that is taken up draws what it would have drawn: nothing of Optuna's has to be kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import optuna
from optuna.pruners import NopPruner
from optuna.samplers import RandomSampler
from optuna.trial import TrialState, create_trial

from hypertune.runs.journal import Row
from hypertune.search.searches import Search
from hypertune.search.space import Space, Starts
from hypertune.search.trial import Trial, lowest

_32_BITS = (1 << 32) - 1  # the most that a sampler takes as its seed


class Asked:
    """The next trial: what it starts from, and whether it is worth going on with."""

    def __init__(self, search: Search, space: Space, history: Sequence[Trial], seed: int) -> None:
        first = search.first(space)[len(history) :]
        with _quiet():
            study = _study(search)
            for trial in history if search.looks_back else ():
                _tell(study, space, trial)
            if first:
                study.enqueue_trial(dict(first[0]))
            study.sampler = search.sampler(seed & _32_BITS)
            self._trial = study.ask(dict(space.domains))
        self.starts: Starts = space.starts(self._trial.params)
        self._rows: list[Row] = []
        self._epoch = 0

    def is_pruned_after(self, row: Row) -> bool:
        """Whether the trial ends with this report; they come in order."""
        self._rows.append(row)
        found = [*lowest(self._rows)]
        if not found or found[-1][0] == self._epoch:
            return False
        self._epoch, loss = found[-1]
        self._trial.report(loss, self._epoch)
        return self._trial.should_prune()


def _study(search: Search) -> optuna.Study:
    """One without a past, in memory; what is kept elsewhere would be opened here."""
    return optuna.create_study(sampler=RandomSampler(0), pruner=search.pruner())


def _tell(study: optuna.Study, space: Space, trial: Trial) -> None:
    """A trial that has ended; step by step if there is a pruner, which keeps what it saw."""
    starts, domains = dict(trial.starts), dict(space.domains)
    if isinstance(study.pruner, NopPruner):
        study.add_trial(create_trial(params=starts, distributions=domains, value=trial.loss))
        return
    study.enqueue_trial(starts)
    trial_of_optuna = study.ask(domains)
    for epoch, loss in lowest(trial.rows):
        trial_of_optuna.report(loss, epoch)
        trial_of_optuna.should_prune()
    if trial.outcome == "pruned":
        study.tell(trial_of_optuna, state=TrialState.PRUNED)
    else:
        study.tell(trial_of_optuna, trial.loss)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without Optuna's own lines about studies that live for a moment."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        yield
    finally:
        optuna.logging.set_verbosity(before)
