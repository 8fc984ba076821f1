"""A training that is written down in its run folder while it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypertune.runs.checkpoint import read_checkpoint
from hypertune.runs.files import write_json
from hypertune.runs.folder import Folder
from hypertune.runs.journal import Row, read_rows
from hypertune.runs.model import write_model
from hypertune.runs.recorder import Recorder, recover
from hypertune.runs.summary import Summary, summarise
from hypertune.runtime import Diverged, Ended, Interrupted, Outcome, TrainingEvent
from hypertune.runtime.templates import template
from hypertune.tuning import Prepared


class Recorded:
    """A training from the last checkpoint in its folder on, or from its beginning.

    Args:
        folder: locked, and made for this training.
        prepared: fresh.

    Raises:
        DamagedRun: if what the folder has cannot be used.

    """

    def __init__(self, folder: Folder, prepared: Prepared) -> None:
        self._folder, self._prepared = folder, prepared
        # What a file gives is compared with it; no file, nothing to compare.
        self._like = template(prepared.training) if folder.last.exists() else None
        checkpoint = recover(folder, self._like)
        if checkpoint is not None:
            prepared.training.restore(checkpoint.state)
        self.rows: list[Row] = read_rows(folder.events)

    @property
    def seconds(self) -> float:
        """Of training, in all sittings so far."""
        return self._prepared.training.seconds

    def run(self) -> Iterator[TrainingEvent]:
        """Go on to the end, or until `stop`; at the end there is a summary."""
        for event in self.events():
            yield event
            if isinstance(event, Ended) and not isinstance(event.outcome, Interrupted):
                write_json(self._folder.summary, self.finish(event.outcome))

    def events(self) -> Iterator[TrainingEvent]:
        """The same without the summary; each event has been written down."""
        training = self._prepared.training
        record = Recorder(self._folder, training.snapshot, len(self.rows))
        for event in training.run():
            record(event)
            if isinstance(event, Ended):
                self.rows = read_rows(self._folder.events)
            yield event

    def stop(self, ending: Callable[[int], Outcome] = Interrupted) -> None:
        """End after the step in progress; the folder then has a checkpoint of it."""
        self._prepared.training.stop(ending)

    def finish(self, outcome: Outcome) -> Summary:
        """Measure what is kept on the test part, and write the plain weights."""
        folder, prepared = self._folder, self._prepared
        kept = {"last": folder.last, "best": folder.best}
        if isinstance(outcome, Diverged):
            del kept["last"]  # it stands before the loss was lost
        test = {}
        for name, path in kept.items():
            if path.exists():
                prepared.training.restore(read_checkpoint(path, self._like).state)
                test[name] = prepared.evaluate("test")
        model = write_model(folder.model, prepared.plain_state()) if "best" in test else None
        return summarise(prepared.tune, outcome, read_rows(folder.events), test, model)
