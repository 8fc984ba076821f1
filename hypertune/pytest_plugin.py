"""What pytest says at the end of a run: how many laws held, and which were waived and why.

It stands outside of `testing`, and counts by name, because every pytest loads it at its start.
"""

from __future__ import annotations

import pytest

_LAW = "law of a layer"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that `hypertune.testing.layer_laws` made."""
    for item in items:
        callspec = getattr(item, "callspec", None)
        law = callspec.params.get("law") if callspec is not None else None
        if type(law).__module__ == "hypertune.testing.trial":
            item.user_properties.append((_LAW, True))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say `14 laws held, 1 waived`, and why."""
    held = _laws(terminalreporter, "passed")
    waived = _laws(terminalreporter, "xfailed")
    if not held and not waived:
        return
    terminalreporter.section("laws")
    for report in waived:
        terminalreporter.line(f"{report.nodeid}: {getattr(report, 'wasxfail', '')}")
    terminalreporter.line(f"{len(held)} laws held, {len(waived)} waived")


def _laws(reporter: pytest.TerminalReporter, outcome: str) -> list[pytest.TestReport]:
    return [
        report
        for report in reporter.stats.get(outcome, [])
        if isinstance(report, pytest.TestReport) and dict(report.user_properties).get(_LAW)
    ]
