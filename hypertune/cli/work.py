"""`hypertune work`, which `--jobs` starts: one of several processes at one thing."""

from __future__ import annotations

import os
from pathlib import Path

import click

from hypertune.cli.catalogues import catalogue_of, catalogue_option


@click.command("work", hidden=True)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--number", type=int, required=True, help="Which of the processes this is.")
@click.option("--storage", default="", help="The database of the study.")
@catalogue_option
def command(path: Path, number: int, storage: str, catalogue_name: str) -> None:
    """Train trials of the study at PATH until none is left, or one run of the comparison there."""
    parent = os.getppid()  # before the long imports
    catalogue = catalogue_of(catalogue_name)

    from hypertune.jobs import comparing, job

    of = comparing if comparing.is_comparison(path) else job
    of.work(path, number, catalogue, parent, storage)
