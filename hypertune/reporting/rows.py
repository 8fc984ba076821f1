"""A plain row per report, or per trial of a study, for logs and pipes."""

from __future__ import annotations

from typing import TextIO

from hypertune.reporting.numbers import minutes, short
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


class Rows:
    """Aligned columns under a header that is written with the first report."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._widths: list[int] = []

    def __call__(self, event: Event) -> None:
        match event:
            case Reported():
                self._report(event, {}, "best" * event.best)
            case Tried(report=report):
                word = "best" if report.best else event.outcome * (event.outcome != "completed")
                self._report(report, {"trial": str(report.step)}, word)
            case Refitting(event=Reported() as report):
                self._report(report, {}, "refit")
            case Noted(text=text) | Within(event=Noted(text=text)):
                print(visible(f"note: {text}"), file=self._stream, flush=True)
            case Started() | Stepped() | Ended() | Within() | Refitting():
                pass

    def _report(self, event: Reported, lead: dict[str, str], remark: str) -> None:
        cells = {
            **lead,
            "epoch": short(event.epoch),
            "time": minutes(event.seconds),
            "train_loss": short(event.train_loss),
            "valid_loss": short(event.valid_loss),
            **{name: short(value) for name, value in event.metrics.items()},
            **{name: short(value) for name, value in event.hypers.items()},
        }
        if not self._widths:
            self._widths = [max(len(name), len(cell), 9) for name, cell in cells.items()]
            self._line(list(cells))
        self._line([*cells.values(), *([remark] if remark else [])])

    def _line(self, cells: list[str]) -> None:
        widths = [*self._widths, 0]
        text = "  ".join(cell.rjust(w) for cell, w in zip(cells, widths, strict=False))
        print(visible(text), file=self._stream, flush=True)
