"""What a report says, as numbers under names that logging services know how to group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from hypertune.runtime.events import Event, Reported, Tried


def reported(event: Event) -> Reported | None:
    """The report in an event: of a training, or of a whole trial of a study."""
    if isinstance(event, Tried):
        return event.report
    return event if isinstance(event, Reported) else None


def scalars(report: Reported) -> Iterator[tuple[str, float]]:
    """Names such as `loss/train`, `metric/valid_accuracy`, `hyper/drop` and `statistic/residual`.

    Words have no number and are left out.
    """
    yield "loss/train", report.train_loss
    yield "loss/valid", report.valid_loss
    yield "seconds", report.seconds
    for name, value in report.metrics.items():
        yield f"metric/{name}", value
    for name, setting in report.hypers.items():
        if not isinstance(setting, str):
            yield f"hyper/{name}", setting
    for name, statistic in report.statistics.items():
        if isinstance(statistic, Mapping):
            yield from ((f"statistic/{name}/{key}", value) for key, value in statistic.items())
        else:
            yield f"statistic/{name}", statistic
