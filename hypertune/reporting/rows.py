"""A plain row per report, for logs and pipes."""

from __future__ import annotations

from typing import TextIO

from hypertune.reporting.numbers import minutes, short
from hypertune.runtime.events import Ended, Event, Reported, Started, Stepped
from hypertune.terminal import visible


class Rows:
    """Aligned columns under a header that is written with the first report."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._widths: list[int] = []

    def __call__(self, event: Event) -> None:
        match event:
            case Reported():
                self._report(event)
            case Started() | Stepped() | Ended():
                pass

    def _report(self, event: Reported) -> None:
        cells = {
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
        self._line([*cells.values(), *(["best"] if event.best else [])])

    def _line(self, cells: list[str]) -> None:
        widths = [*self._widths, 0]
        text = "  ".join(cell.rjust(w) for cell, w in zip(cells, widths, strict=False))
        print(visible(text), file=self._stream, flush=True)
