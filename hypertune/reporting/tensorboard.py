"""Reports for TensorBoard."""

from __future__ import annotations

from pathlib import Path

from hypertune.reporting.scalars import reported, scalars
from hypertune.runtime.events import Ended, Event


class TensorBoard:
    """Writes each report to a folder that `tensorboard --logdir` reads.

    Args:
        folder: of this run; a run that is resumed goes on in it.

    Raises:
        ModuleNotFoundError: if the extra `tensorboard` is not installed.

    """

    def __init__(self, folder: Path) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(str(folder))

    def __call__(self, event: Event) -> None:
        if report := reported(event):
            for name, value in scalars(report):
                self._writer.add_scalar(name, value, report.step)
            self._writer.flush()
        if isinstance(event, Ended):
            self._writer.close()
