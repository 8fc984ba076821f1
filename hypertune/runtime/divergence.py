"""Which number is lost, and what to try."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, isfinite

from hypertune.runtime.events import Reported
from hypertune.runtime.outcome import Diverged

_SCALE = "perturbation_scale"
_ADVICE = {
    "hypers": "try a smaller learning rate for `hypers`, or a longer warm-up",
    "weights": "try a smaller learning rate for `weights`, or a `clip`",
    _SCALE: "try a smaller learning rate for the perturbation scales, or fixed ones",
    "response_norm": "try a smaller learning rate for `responses`, or smaller perturbation scales",
    "residual": "the linear solve diverges: try a smaller `scale` of a Neumann series, more"
    " `damping`, or more training before each hypergradient",
    "truncation": "gradients grow through the window: try a smaller learning rate for `weights`,"
    " or a shorter window",
}
_GENERAL = "try smaller learning rates"


def diverged(
    report: Reported, unconstrained: Mapping[str, float], least: Mapping[str, float]
) -> Diverged | None:
    """The ending if a number is lost: losses first, then what the method says of itself.

    Lost is what is not finite, and a perturbation scale that is tuned and no more than what
    rounding leaves of the value beside it: nothing is perturbed any more, and hardly anything
    brings it back. Gradients of the loss fade before it is so small; a leap takes it there. A
    hyperparameter at the end of its domain is not lost, since the best value may be there.

    Responses that may be at fault are named in the advice beside whatever else they have spoilt.

    Args:
        report: of now.
        unconstrained: the hyperparameters, in unconstrained values.
        least: for each hyperparameter whose perturbation scale is tuned, the scale that is lost.

    """
    lost = [
        (what, value, group)
        for what, value, group, lowest in _numbers(report, unconstrained, least)
        if not isfinite(value) or value <= lowest
    ]
    if not lost:
        return None
    what, value, group = lost[0]
    groups = [group]
    if "response_norm" in report.statistics and {_SCALE, "response_norm"} & {g for *_, g in lost}:
        groups.append("response_norm")
    advice = "; ".join(_ADVICE.get(g, _GENERAL) for g in dict.fromkeys(groups))
    return Diverged(report.step, f"{what} is {value:.3g}", advice)


def _numbers(
    report: Reported, unconstrained: Mapping[str, float], least: Mapping[str, float]
) -> Iterator[tuple[str, float, str, float]]:
    """What it is, its value, whose advice helps, and the value at which it is lost."""
    yield "the training loss", report.train_loss, "weights", -inf
    yield "the validation loss", report.valid_loss, "weights", -inf
    for name, value in report.statistics.items():
        words = name.replace("_", " ")
        if isinstance(value, Mapping):
            for hyper, number in value.items():
                lowest = least.get(hyper, -inf) if name == _SCALE else -inf
                yield f"the {words} of `{hyper}`", number, name, lowest
        else:
            yield f"the {words}", value, name, -inf
    for name, value in unconstrained.items():
        yield f"the hyperparameter `{name}`", value, "hypers", -inf
