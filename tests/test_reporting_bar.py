"""The progress bar shows what a method says of itself."""

import io

from hypertune.reporting.bar import Bar
from hypertune.runtime import Reported, Started


def test_a_report_shows_losses_hyperparameters_and_single_statistics():
    stream = io.StringIO()
    statistics = {"solve_residual": 0.25, "perturbation_scale": {"decay": 1.5}}
    report = Reported(6, 1.0, 2.0, 0.5, 0.75, {}, {"decay": 0.01}, statistics, True)
    with Bar(stream, colour=False) as bar:
        bar(Started(0, 12, 6))
        bar(report)

    shown = stream.getvalue()
    assert "valid 0.75" in shown
    assert "decay 0.01" in shown
    assert "solve residual 0.25" in shown
    assert "perturbation" not in shown
