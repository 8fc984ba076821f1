"""Which number is lost, and what to try."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from hypertune.runtime.events import Reported
from hypertune.runtime.outcome import Diverged

_HYPERS = "try a smaller learning rate for `hypers`, or a longer warm-up"
_SPREADS = "try a smaller learning rate for `spreads`, or a fixed spread"
_WEIGHTS = "try a smaller learning rate for `weights`, or a `clip`"


def diverged(report: Reported, free: Mapping[str, float]) -> Diverged | None:
    """The ending if a hyperparameter or a loss is not finite; losses first.

    Units: `free` in free values.
    """
    suspects = [
        ("the training loss", report.train_loss, _WEIGHTS),
        ("the validation loss", report.valid_loss, _WEIGHTS),
        *((f"the hyperparameter `{name}`", value, _HYPERS) for name, value in free.items()),
        *((f"the spread of `{name}`", value, _SPREADS) for name, value in report.spreads.items()),
    ]
    for what, value, advice in suspects:
        if not isfinite(value):
            return Diverged(report.step, f"{what} is {value}", advice)
    return None
