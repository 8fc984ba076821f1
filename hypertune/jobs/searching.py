"""A study in its run folder: a row for each trial, and the best of them as its result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from hypertune.catalogue import MethodType
from hypertune.jobs.sharing import shared
from hypertune.jobs.trials import Trials
from hypertune.jobs.workers import Workers
from hypertune.runs import CannotRecord, WorkersLost
from hypertune.runs.files import write_json
from hypertune.runs.folder import Folder
from hypertune.runs.journal import append_row, read_rows, row_of_trial, write_rows
from hypertune.runs.model import read_model, write_model
from hypertune.runs.summary import Summary, best_row, read_summary, summarise
from hypertune.runtime import Ended, Event, Interrupted, Outcome, Started, Tried
from hypertune.search import Search, Study, space_of


def study_of(trials: Trials) -> Study:
    """The study that trials are of, with those that have ended here."""
    program, catalogue, about = trials.program, trials.catalogue, trials.about
    tune = program.tune(about.tune)
    search: Search = catalogue.of(MethodType)[tune.method.kind].build(tune.method.args)
    space, count = space_of(program, catalogue), catalogue.trials(program, tune) or 1
    source = shared(search, space, count, trials) if about.storage or about.jobs > 1 else None
    study = Study(search, space, count, trials.training, tune.seed, source)
    ended = trials.ended()
    if source is None:  # one after the other: what stands behind a gap is none of it
        ended = [trial for number, trial in enumerate(ended, 1) if trial.number == number]
    study.restore({"trials": [trial.tree() for trial in ended]})
    return study


class RecordedStudy:
    """A study from the trials in its folder on.

    Nothing but these is kept of it: its rows are written again from theirs.

    Args:
        folder: locked, and made for this study.
        trials: its trainings.
        commands: what its workers run; none if this process trains.

    Raises:
        DamagedRun: if what the folder has cannot be used.
        NoStorage: if the database that others share cannot be reached.

    """

    def __init__(self, folder: Folder, trials: Trials, commands: Sequence[Sequence[str]]) -> None:
        self._folder, self._trials = folder, trials
        self._tune = trials.program.tune(trials.about.tune)
        self._keeps_all = self._tune.method.args["keep"] == "all"
        self._study = study_of(trials)
        self._study.source.begin()
        self._workers = Workers(commands, len(commands)) if commands else None
        self._write_rows()
        for trial in self._study.history:
            self._drop_weights(trial.number)

    def run(self) -> Iterator[Event]:
        """Go on to the end, or until `stop`; at the end there is a summary."""
        for event in self.events():
            yield event
            if isinstance(event, Ended) and not isinstance(event.outcome, Interrupted):
                write_json(self._folder.summary, self.finish(event.outcome))

    def events(self) -> Iterator[Event]:
        """The same without the summary; each event has been written down."""
        events = self._study.run() if self._workers is None else self._watched(self._workers)
        for event in events:
            if isinstance(event, Tried):
                self._record(event)
            yield event

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None:
        """End after the step in progress of the trials in progress."""
        self._study.stop(ending)
        if self._workers is not None:
            self._workers.stop()

    @property
    def seconds(self) -> float:
        """Of training, in all trials so far."""
        return self._study.seconds

    def _watched(self, workers: Workers) -> Iterator[Event]:
        """The trials that workers train, as they end."""
        study = self._study
        yield Started(len(study.history), study.trials, 1.0)
        for _ in workers.run():
            for trial in self._trials.ended({past.number for past in study.history}):
                yield study.add(trial)
        if workers.lost:
            raise WorkersLost(self._folder.path, workers.lost)
        yield Ended(len(study.history), study.outcome(over=not workers.stopped))

    def _record(self, trial: Tried) -> None:
        try:
            append_row(self._folder.events, row_of_trial(trial))
            self._drop_weights(trial.report.step)
        except OSError as fault:
            raise CannotRecord(self._folder.path, fault) from fault

    def _write_rows(self) -> None:
        write_rows(self._folder.events, map(row_of_trial, self._study.reports()))

    def _drop_weights(self, number: int) -> None:
        """Of a trial that ended, unless it is the best so far; then of the best before it."""
        if not self._keeps_all:
            ranking = self._study.ranking
            for worse in {number, *ranking[1:2]} - {*ranking[:1]}:
                self._trials.drop_weights(worse)

    def finish(self, outcome: Outcome) -> Summary:
        """Take over the best trial's weights and measurements."""
        self._write_rows()  # by their numbers, whoever was first
        rows = read_rows(self._folder.events)
        best, model = best_row(rows), None
        test = {"last": self._measured(rows[-1]["step"])} if rows else {}
        if best is not None:
            test["best"] = self._measured(best["step"])
            trial = self._folder.trial(best["step"])
            weights = read_model(trial.model, read_summary(trial.summary)["model"] or "")
            model = write_model(self._folder.model, weights)
        summary = summarise(self._tune, outcome, rows, test, model)
        summary["trials"] = dict(Counter(row["outcome"] for row in rows))
        if self._trials.about.storage:
            summary["study"] = self._study.source.report()
        return summary

    def _measured(self, number: int) -> dict[str, float]:
        """What a trial measured on the test part where its validation loss was lowest."""
        best = read_summary(self._folder.trial(number).summary)["best"] or {}
        return {name: value for name, value in best.items() if name.startswith("test_")}
