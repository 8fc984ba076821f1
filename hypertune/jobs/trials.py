"""The trials of a study in run folders of their own: `trials/0007/`."""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import contextmanager

from attrs import evolve, frozen

from hypertune.catalogue import Catalogue, searched
from hypertune.data.sets import Sets
from hypertune.ir import Call, Hyper, Program
from hypertune.jobs.fitting import verified_program
from hypertune.jobs.recorded import Recorded
from hypertune.runs import DamagedRun
from hypertune.runs.about import About
from hypertune.runs.folder import Folder, clear_parts, make, read_program
from hypertune.runs.journal import Row, read_rows
from hypertune.runs.lock import locked
from hypertune.runs.summary import read_summary
from hypertune.search import Starts, Trial
from hypertune.tuning import Prepared, prepare

FIXED = Call("fixed")


def trial_of(program: Program, tune: str, starts: Starts) -> Program:
    """The program of one trial: other starts, all frozen, and plain training."""
    block = evolve(program.tune(tune), method=FIXED, refit=None)
    tried = {hyper.name for hyper in searched(program)}
    hypers = tuple(
        _frozen(hyper, starts) if hyper.name in tried else hyper for hyper in program.hypers
    )
    return evolve(program, hypers=hypers, tunes=(block,))


def _frozen(hyper: Hyper, starts: Starts) -> Hyper:
    if not hyper.over:
        return evolve(hyper, start=starts[hyper.name], frozen=True)
    return evolve(hyper, start=tuple(float(starts[name]) for name in hyper.names), frozen=True)


@frozen
class Trials:
    """Makes the trainings of a study, and reads those that have ended.

    Args:
        study: the folder of the study.
        program: of the study, as it stands in its folder.
        placed: the same, placed.
        sets: the data, loaded once for all trials.
        about: of the study.
        catalogue: has the program's kinds.

    """

    study: Folder
    program: Program
    placed: Program
    sets: Sets
    about: About
    catalogue: Catalogue

    def ended(self, known: Container[int] = ()) -> list[Trial]:
        """Those that have ended, by their numbers, without those that are known.

        Raises:
            DamagedRun: if a folder is not that of a trial of this study.

        """
        paths = self.study.trials.glob("[0-9]*")
        numbers = sorted(int(path.name) for path in paths if path.name.isdecimal())
        new = [number for number in numbers if number not in known]
        return [self._ended(number) for number in new if self.study.trial(number).ended]

    def _ended(self, number: int) -> Trial:
        folder = self.study.trial(number)
        starts = self._starts(folder)
        self._check(folder, starts)
        rows = tuple(read_rows(folder.events))
        if not rows:
            raise DamagedRun(folder.events, "has no report, and the trial has ended")
        return Trial(number, starts, rows, read_summary(folder.summary)["outcome"])

    @contextmanager
    def training(self, number: int, starts: Starts) -> Iterator[Recorded]:
        """The training of one trial, in its folder, from where that stands."""
        folder = self.study.trial(number)
        if folder.about.exists():
            self._check(folder, starts)
            if folder.ended:
                raise DamagedRun(folder.path, "has ended, and a trial before it is missing")
        else:
            name = f"{self.about.name}_{number:04}"
            about = evolve(self.about, name=name, storage="", jobs=1)
            make(folder, "", trial_of(self.program, self.about.tune, starts), about)
        with locked(folder.path):
            clear_parts(folder)
            yield Recorded(folder, self._prepared(starts))

    def best(self) -> tuple[Prepared, list[Row]]:
        """The training that ended with the lowest validation loss, not begun, and its reports."""
        trials = self.ended()
        best = min(trials, key=lambda trial: trial.loss)
        return self._prepared(best.starts), list(best.rows)

    def _prepared(self, starts: Starts) -> Prepared:
        tune, last = self.about.tune, self.about.channels_last
        program = trial_of(self.placed, tune, starts)
        return prepare(program, tune, self.catalogue, self.sets, channels_last=last)

    def drop_weights(self, number: int) -> None:
        """Remove the weights of a trial that has ended; its rows and its summary stay."""
        folder = self.study.trial(number)
        for path in (folder.last, folder.best, folder.model):
            path.unlink(missing_ok=True)

    def _starts(self, folder: Folder) -> dict[str, float | str]:
        """What a trial started from, as its folder says."""
        written = read_program(folder).starts
        hypers = searched(self.program)
        own = {name: start for hyper in hypers for name, start in hyper.starts.items()}
        return {name: written.get(name, start) for name, start in own.items()}

    def _check(self, folder: Folder, starts: Starts) -> None:
        program = verified_program(folder, self.catalogue, self.about.tune)
        if program != trial_of(self.program, self.about.tune, starts):
            why = "is not the program of this trial"
            raise DamagedRun(folder.program, why, "remove the trial's folder to train it anew")
