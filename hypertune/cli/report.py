"""`hypertune report`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.cli.catalogues import catalogue_again, catalogue_option
from hypertune.cli.writing import force_option, show


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The page to write. Default: the run's name with .html, here.",
)
@force_option
@catalogue_option
def command(run: Path, output: Path | None, force: bool, catalogue_name: str) -> None:
    """Write a page of HTML about RUN: losses, hyperparameters, statistics, cost, and its spec.

    The page holds all it needs and opens without a network; a run that has not ended is shown as
    far as it has come.
    """
    from hypertune.jobs.trained import load_run
    from hypertune.pages import run_page
    from hypertune.runs.files import claim, write_over

    trained = load_run(run)
    catalogue = catalogue_again(trained.about.catalogue, catalogue_name)
    path = output or Path(f"{trained.path.resolve().name}.html")
    claim(path, force, [run])
    write_over(path, run_page(trained.recorded, catalogue).encode())
    show(f"{path}\n")
