"""A study in its run folder: a row for each trial, and the best of them as its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from hypertune.catalogue import MethodType
from hypertune.jobs.trials import Trials
from hypertune.runs import CannotRecord
from hypertune.runs.files import write_json
from hypertune.runs.folder import Folder
from hypertune.runs.journal import Row, append_row, read_rows, row_of_trial, write_rows
from hypertune.runs.model import read_model, write_model
from hypertune.runs.summary import best_row, read_summary, summarise
from hypertune.runtime import Ended, Event, Interrupted, Outcome, Tried
from hypertune.search import Search, Study, space_of


class RecordedStudy:
    """A study from the trials in its folder on.

    Nothing but these is kept of it: its rows are written again from theirs.

    Args:
        folder: locked, and made for this study.
        trials: its trainings.

    Raises:
        DamagedRun: if what the folder has cannot be used.

    """

    def __init__(self, folder: Folder, trials: Trials) -> None:
        self._folder, self._trials = folder, trials
        program, catalogue = trials.program, trials.catalogue
        self._tune = tune = program.tune(trials.about.tune)
        search: Search = catalogue.of(MethodType)[tune.method.kind].build(tune.method.args)
        self._keeps_all = search.keep == "all"
        self._study = Study(
            search,
            space_of(program, catalogue),
            catalogue.trials(program, tune) or 1,
            trials.training,
            tune.seed,
        )
        self._study.restore({"trials": [trial.tree() for trial in trials.ended()]})
        tried = self._study.reports()
        write_rows(folder.events, map(row_of_trial, tried))
        self._best = 0  # the number of the best trial
        for trial in tried:
            self._drop_weights(trial)

    def run(self) -> Iterator[Event]:
        """Go on to the end, or until `stop`; each event has been written down."""
        for event in self._study.run():
            if isinstance(event, Tried):
                self._record(event)
            yield event
            if isinstance(event, Ended) and not isinstance(event.outcome, Interrupted):
                self._finish(event.outcome)

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None:
        """End after the step in progress of the trial in progress."""
        self._study.stop(ending)

    @property
    def seconds(self) -> float:
        """Of training, in all trials so far."""
        return self._study.seconds

    def _record(self, trial: Tried) -> None:
        try:
            append_row(self._folder.events, row_of_trial(trial))
            self._drop_weights(trial)
        except OSError as fault:
            raise CannotRecord(self._folder.path, fault) from fault

    def _drop_weights(self, trial: Tried) -> None:
        """Of the trial that ended, or of the best one before it."""
        number = trial.report.step
        worse, self._best = (self._best, number) if trial.report.best else (number, self._best)
        if worse and not self._keeps_all:
            self._trials.drop_weights(worse)

    def _finish(self, outcome: Outcome) -> None:
        """Take over the best trial's weights and measurements; the summary comes last."""
        rows = read_rows(self._folder.events)
        best, model = best_row(rows), None
        test = {"last": self._measured(rows[-1])} if rows else {}
        if best is not None:
            test["best"] = self._measured(best)
            trial = self._folder.trial(best["step"])
            weights = read_model(trial.model, read_summary(trial.summary)["model"] or "")
            model = write_model(self._folder.model, weights)
        summary = summarise(self._tune, outcome, rows, test, model)
        summary["trials"] = dict(Counter(row["outcome"] for row in rows))
        write_json(self._folder.summary, summary)

    def _measured(self, row: Row) -> dict[str, float]:
        """What a trial measured on the test part where its validation loss was lowest."""
        best = read_summary(self._folder.trial(row["step"]).summary)["best"] or {}
        return {name: value for name, value in best.items() if name.startswith("test_")}
