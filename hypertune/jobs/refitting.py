"""A run whose network is trained again at its end, on training and validation part together."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Protocol

from hypertune.catalogue import Catalogue
from hypertune.jobs.recorded import Recorded
from hypertune.jobs.scheduling import table_of
from hypertune.runs import CannotRecord, DamagedRun
from hypertune.runs.files import write_atomically, write_json
from hypertune.runs.folder import Folder, clear_parts
from hypertune.runs.journal import Row
from hypertune.runs.model import write_model
from hypertune.runs.summary import Summary, best_row, numbers_of
from hypertune.runtime import Diverged, Ended, Event, Interrupted, Outcome, Refitting
from hypertune.tuning import Prepared
from hypertune.tuning.refitting import refitted

Found = tuple[Prepared, list[Row]]  # what was trained, and its reports


class Job(Protocol):
    """A training or a study that is written down in its folder, all but its summary."""

    @property
    def seconds(self) -> float: ...

    def events(self) -> Iterator[Event]: ...

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None: ...

    def finish(self, outcome: Outcome) -> Summary: ...


class Refitted:
    """A job, and then its network trained again in `refit/`, where it is kept from.

    That is a second training, at the hyperparameters that the first reported over time. It needs
    no summary of its own: the rows of the first say what it is, and its checkpoint where it is.

    Args:
        folder: locked, and made for this job.
        first: the job.
        found: gives the training to repeat, once the job has ended.
        until: `best` or `last`: the epoch of the first training at which the second ends.
        catalogue: has the kinds of the program.

    """

    def __init__(
        self,
        folder: Folder,
        first: Job,
        found: Callable[[], Found],
        until: str,
        catalogue: Catalogue,
    ) -> None:
        self._folder, self._first, self._found = folder, first, found
        self._until, self._catalogue = until, catalogue
        self._second: Recorded | None = None

    @property
    def seconds(self) -> float:
        """Of both trainings so far."""
        return self._first.seconds + (self._second.seconds if self._second else 0.0)

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None:
        """End after the step in progress; the folder then has a checkpoint of it."""
        (self._second or self._first).stop(ending)

    def run(self) -> Iterator[Event]:
        """Go on to the end of both, or until `stop`; each event has been written down."""
        for event in self._first.events():
            ended = event
            if isinstance(ended, Ended) and not isinstance(ended.outcome, Interrupted | Diverged):
                again = yield from self._again()
                if isinstance(again, Interrupted | Diverged):
                    ended = Ended(ended.step, again)
            yield ended
            if isinstance(ended, Ended) and not isinstance(ended.outcome, Interrupted):
                write_json(self._folder.summary, self._finish(ended.outcome))

    def _again(self) -> Generator[Refitting, None, Outcome]:
        """Go on with the second training; how it ended."""
        first, rows = self._found()
        end = best_row(rows) if self._until == "best" else rows[-1]
        folder, names = self._folder.refit, list(first.program.columns)
        if end is None:
            raise DamagedRun(self._folder.events, "has no report that was the best")
        try:
            folder.path.mkdir(exist_ok=True)
            clear_parts(folder)
            write_atomically(folder.schedule, table_of(rows, names).encode())
        except FileExistsError:
            raise DamagedRun(folder.path, "is no folder") from None
        except OSError as fault:
            raise CannotRecord(self._folder.path, fault) from fault
        table = str(folder.schedule.absolute()) if names else ""
        self._prepared = refitted(first, self._catalogue, table, end["epoch"])
        self._second = Recorded(folder, self._prepared)
        outcome: Outcome = Interrupted(0)
        for event in self._second.events():
            yield Refitting(event)
            if isinstance(event, Ended):
                outcome = event.outcome
        return outcome

    def _finish(self, outcome: Outcome) -> Summary:
        """The job's summary; what the second training arrived at takes its network's place."""
        summary = self._first.finish(outcome)
        if self._second is None or isinstance(outcome, Diverged):
            return {**summary, "refit": None}
        last = self._second.rows[-1]
        numbers = numbers_of(last, self._prepared.evaluate("test")) or {}
        known = {name: x for name, x in numbers.items() if not name.startswith("valid_")}
        return {
            **summary,
            "seconds": summary["seconds"] + last["seconds"],
            "hypers": last["hypers"],
            "refit": known,
            "model": write_model(self._folder.model, self._prepared.plain_state()),
        }
