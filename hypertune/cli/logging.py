"""Services that a training is logged to, if asked: each an extra of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from hypertune.version import DISTRIBUTION

if TYPE_CHECKING:
    from hypertune.reporting.sink import Sink

Command = Callable[..., Any]


def logging_options(command: Command) -> Command:
    """`--tensorboard` and `--mlflow`: a command gets a function of a run's name as `logged`."""

    @click.option(
        "--tensorboard", metavar="DIR", type=click.Path(path_type=Path), help="Log to TensorBoard."
    )
    @click.option("--mlflow", metavar="EXPERIMENT", default="", help="Log to MLflow.")
    @wraps(command)
    def logging(*args: Any, tensorboard: Path | None, mlflow: str, **kw: Any) -> Any:
        return command(*args, logged=lambda name: list(_sinks(tensorboard, mlflow, name)), **kw)

    return logging


def _sinks(tensorboard: Path | None, mlflow: str, name: str) -> list[Sink]:
    """Made when a training begins: what they need is not imported before."""
    from hypertune.jobs.together import is_first

    sinks: list[Sink] = []
    if not is_first():
        return sinks
    try:
        if tensorboard is not None:
            from hypertune.reporting.tensorboard import TensorBoard

            sinks.append(TensorBoard(tensorboard))
        if mlflow:
            from hypertune.reporting.mlflow import MLflow

            sinks.append(MLflow(mlflow, name))
    except ModuleNotFoundError as fault:
        extra = "mlflow" if tensorboard is None or sinks else "tensorboard"
        why = f"--{extra} needs {fault.name}: pip install '{DISTRIBUTION}[{extra}]'"
        raise click.UsageError(why) from None
    return sinks
