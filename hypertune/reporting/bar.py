"""A progress bar with the losses and the live hyperparameters, for a terminal."""

from __future__ import annotations

from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from hypertune.reporting.numbers import short
from hypertune.runtime.events import (
    Ended,
    Event,
    Noted,
    Refitting,
    Reported,
    Started,
    Stepped,
    Tried,
    Within,
)
from hypertune.terminal import visible


class Bar:
    """Redraws itself a few times a second; leaves the last picture when it is closed."""

    def __init__(self, stream: TextIO, colour: bool) -> None:
        console = Console(file=stream, force_terminal=True, no_color=not colour)
        self._progress = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._progress.add_task("", total=None, epoch="0")
        self._steps_per_epoch = 1.0
        self._best: Reported | None = None  # of the trials of a study
        self._live = Live(self._progress, console=console, refresh_per_second=5)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._live.stop()

    def __call__(self, event: Event) -> None:
        match event:
            case Started():
                self._steps_per_epoch = event.steps_per_epoch
                self._progress.update(self._task, total=event.steps, completed=event.step)
            case Stepped():
                epoch = str(int(event.step / self._steps_per_epoch))
                self._progress.update(self._task, completed=event.step, epoch=epoch)
            case Reported():
                lines = (Text(_losses(event)), _hypers(event), Text(_statistics(event)))
                self._live.update(Group(self._progress, *lines))
            case Noted(text=text):
                self._progress.console.print(Text(visible(f"note: {text}")))
            case Within(trial=trial, event=Reported() as report):
                self._show_trial(trial, report)
            case Refitting(event=within):
                self(within)
            case Tried(report=report):
                self._progress.update(self._task, completed=report.step)
                self._best = report if report.best else self._best
            case Ended():
                self._live.refresh()

    def _show_trial(self, trial: int, now: Reported) -> None:
        """The trial in progress, and the best of those before it."""
        self._progress.update(self._task, epoch=f"{short(now.epoch)} of trial {trial}")
        lines = [Text(_losses(now)), _hypers(now)]
        if self._best is not None:
            best = f"best: trial {self._best.step}  {_losses(self._best)}"
            lines += [Text(best), _hypers(self._best)]
        self._live.update(Group(self._progress, *lines))


def _losses(event: Reported) -> str:
    metrics = "  ".join(f"{name} {short(value)}" for name, value in event.metrics.items())
    losses = f"train {short(event.train_loss)}  valid {short(event.valid_loss)}"
    return visible(f"{losses}  {metrics}")


def _statistics(event: Reported) -> str:
    return visible("  ".join(f"{name} {short(v)}" for name, v in event.scalars().items()))


def _hypers(event: Reported) -> Text:
    text = Text()
    for name, value in event.hypers.items():
        text.append(visible(f"{name} "), style="cyan").append(visible(f"{short(value)}  "))
    return text
