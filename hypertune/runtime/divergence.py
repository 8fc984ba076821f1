"""Which number is lost, and what to try."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite

from hypertune.runtime.events import Reported
from hypertune.runtime.outcome import Diverged

_ADVICE = {
    "hypers": "try a smaller learning rate for `hypers`, or a longer warm-up",
    "weights": "try a smaller learning rate for `weights`, or a `clip`",
    "perturbation_scale": "try a smaller learning rate for the perturbation scales, or fixed ones",
    "response_norm": "try a smaller learning rate for `responses`, or smaller perturbation scales",
    "residual": "the linear solve diverges: try a smaller `scale` of a Neumann series, more"
    " `damping`, or more training before each hypergradient",
    "truncation": "gradients grow through the window: try a smaller learning rate for `weights`,"
    " or a shorter window",
}
_GENERAL = "try smaller learning rates"


def diverged(report: Reported, unconstrained: Mapping[str, float]) -> Diverged | None:
    """The ending if a number is not finite: losses first, then what the method says of itself.

    Responses that are lost are named in the advice beside whatever else they have spoilt.

    Units: `unconstrained` in unconstrained values.
    """
    lost = [found for found in _numbers(report, unconstrained) if not isfinite(found[1])]
    if not lost:
        return None
    what, value, group = lost[0]
    groups = dict.fromkeys(g for _, _, g in lost if g in (group, "response_norm"))
    advice = "; ".join(_ADVICE.get(g, _GENERAL) for g in groups)
    return Diverged(report.step, f"{what} is {value}", advice)


def _numbers(
    report: Reported, unconstrained: Mapping[str, float]
) -> Iterator[tuple[str, float, str]]:
    """What it is, its value, and whose advice helps."""
    yield "the training loss", report.train_loss, "weights"
    yield "the validation loss", report.valid_loss, "weights"
    for name, value in report.statistics.items():
        words = name.replace("_", " ")
        if isinstance(value, Mapping):
            for hyper, number in value.items():
                yield f"the {words} of `{hyper}`", number, name
        else:
            yield f"the {words}", value, name
    for name, value in unconstrained.items():
        yield f"the hyperparameter `{name}`", value, "hypers"
