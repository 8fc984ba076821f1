"""`hypertune resume`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hypertune.cli.catalogues import catalogue_again, catalogue_option
from hypertune.cli.importing import heavy_imports
from hypertune.cli.logging import logging_options
from hypertune.terminal import visible

if TYPE_CHECKING:
    from hypertune.reporting.sink import Sink


@click.command("resume")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--device", metavar="D", default="", help="Instead of the run's, for this time.")
@click.option("--storage", metavar="URL", default="", help="Again, of a study in a database.")
@logging_options
@catalogue_option
@click.pass_context
def command(
    ctx: click.Context,
    run: Path,
    device: str,
    storage: str,
    catalogue_name: str,
    logged: Callable[[str], list[Sink]],
) -> None:
    """Go on with RUN, the folder of a run or of a comparison, from its last checkpoint."""
    with heavy_imports():
        from hypertune.cli.training import finish, watched
        from hypertune.jobs.comparing import is_comparison, read_comparison
        from hypertune.jobs.job import resume
        from hypertune.jobs.together import is_first, started_together
        from hypertune.runs.about import read_about, versions
        from hypertune.runs.folder import find_folder

    if is_comparison(run):
        from hypertune.cli.comparing import compare

        word = read_comparison(run).catalogue
        ctx.exit(compare(run, catalogue_again(word, catalogue_name)))
    folder = find_folder(run)
    about = read_about(folder.about)
    if folder.ended:
        click.echo(f"{visible(run)} has ended already; nothing is left to do", err=True)
        ctx.exit(finish(run))
    catalogue = catalogue_again(about.catalogue, catalogue_name)
    differences = about.differences(versions()) if is_first() else []
    for difference in differences:
        note = f"note: {difference}; numbers may differ in their last digits"
        click.echo(visible(note), err=True)
    if is_first() and started_together() != about.processes:
        note = f"note: {about.processes} processes trained it, and now {started_together()} do"
        click.echo(f"{note}; numbers will differ in their last digits", err=True)
    if is_first() and device and device != about.device:
        note = f"note: the device was {about.device} and is {device}"
        click.echo(visible(f"{note}; numbers will differ in their last digits"), err=True)
    with watched(about.threads) as sinks:
        resume(run, catalogue, [*sinks, *logged(about.name)], device, storage=storage)
    ctx.exit(finish(run))
