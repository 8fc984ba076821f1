"""Reports for MLflow."""

from __future__ import annotations

import re
from math import isfinite
from time import time

from hypertune.reporting.scalars import reported, scalars
from hypertune.runtime.events import Ended, Event
from hypertune.runtime.outcome import Diverged


class MLflow:
    """Makes a run of an experiment at MLFLOW_TRACKING_URI and logs each report to it.

    Args:
        experiment: its name; it is made if it is not there.
        name: of the run.

    Raises:
        ModuleNotFoundError: if the extra `mlflow` is not installed.

    """

    def __init__(self, experiment: str, name: str) -> None:
        from mlflow import MlflowClient

        self._client = client = MlflowClient()
        found = client.get_experiment_by_name(experiment)
        number = found.experiment_id if found else client.create_experiment(experiment)
        self._run = client.create_run(number, run_name=name).info.run_id

    def __call__(self, event: Event) -> None:
        if report := reported(event):
            from mlflow.entities import Metric

            now = round(time() * 1000)
            metrics = [
                Metric(_allowed(key), value, now, report.step)
                for key, value in scalars(report)
                if isfinite(value)
            ]
            self._client.log_batch(self._run, metrics)
        if isinstance(event, Ended):
            status = "FAILED" if isinstance(event.outcome, Diverged) else "FINISHED"
            self._client.set_terminated(self._run, status)


def _allowed(key: str) -> str:
    """A name in the characters that MLflow takes."""
    return re.sub(r"[^\w\-. /]", "_", key)
