"""A diagnosis as text."""

from __future__ import annotations

from collections.abc import Iterator

from hypertune.diagnosis import Estimate
from hypertune.jobs.diagnosing import Diagnosis
from hypertune.reporting.health import Judged, judged_table, response_lines
from hypertune.reporting.numbers import aligned, short
from hypertune.terminal import visible_lines


def described(found: Diagnosis) -> str:
    """All that was found, in paragraphs."""
    return visible_lines("\n\n".join(_paragraphs(found)))


def _paragraphs(found: Diagnosis) -> Iterator[str]:
    yield (
        f"gradient of the training loss: norm {short(found.gradient)} (0 at a minimum, where "
        f"implicit hypergradients hold)\nlargest curvature: {short(found.curvature)}"
    )
    if found.reference is None:
        yield (
            "No tuned hyperparameter moves the training loss smoothly, so no implicit or\n"
            "unrolled method follows any: `stn`, `delta_stn` and searches tune dropout and\n"
            "augmentation."
        )
    else:
        yield from _compared(found, found.reference)
    if found.response is not None:
        yield from _responses(found)


def _compared(found: Diagnosis, reference: Estimate) -> Iterator[str]:
    names = ", ".join(found.names[:8]) + ", …" * (len(found.names) > 8)
    left = reference.statistics.get("residual")
    solved = "" if left is None else f", whose solve leaves a residual of {short(left)}"
    head = f"hypergradients in {names}, beside {reference.method}{solved}:"
    judged = [_judged(estimate, reference, found) for estimate in found.estimates]
    yield head + "\n" + judged_table(judged, found.curvature)
    if left is not None and not left < 0.05:
        yield (
            "The reference is not solved itself: trust none of these. `--retrain 200` finds one\n"
            "by training again."
        )


def _judged(estimate: Estimate, reference: Estimate, found: Diagnosis) -> Judged:
    own, true = (e.gradient_H[found.smooth].norm() for e in (estimate, reference))
    statistics = estimate.statistics
    return Judged(
        estimate.method,
        estimate.cosine(reference, found.smooth),
        float(own / true),
        statistics.get("residual"),
        statistics.get("products"),
        statistics.get("contraction"),
    )


def _responses(found: Diagnosis) -> Iterator[str]:
    report = found.response
    assert report is not None, "asked of a method without"
    yield "responses:\n" + "\n".join(
        response_lines(report.here, report.unmoved, report.responding, report.gain)
    )
    total_H, direct_H = report.estimate.gradient_H, report.direct_H
    rows = [["gradient of the validation loss", "in all", "through weights", "direct", "scale"]]
    for place, name in enumerate(found.columns):
        values = (total_H[place], total_H[place] - direct_H[place], direct_H[place])
        rows.append([name, *(short(float(x)) for x in (*values, report.scale_H[place]))])
    yield aligned(rows, indent="  ")
