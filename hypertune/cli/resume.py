"""`hypertune resume`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.cli.catalogues import catalogue_again, catalogue_option
from hypertune.terminal import visible


@click.command("resume")
@click.argument("run", type=click.Path(path_type=Path))
@catalogue_option
@click.pass_context
def command(ctx: click.Context, run: Path, catalogue_name: str) -> None:
    """Go on with RUN, a run folder, from its last checkpoint."""
    from hypertune.cli.training import finish, watched
    from hypertune.jobs.job import resume
    from hypertune.runs.about import read_about, versions
    from hypertune.runs.folder import find_folder

    folder = find_folder(run)
    about = read_about(folder.about)
    if folder.ended:
        click.echo(f"{visible(run)} has ended already; nothing is left to do", err=True)
        ctx.exit(finish(run))
    catalogue = catalogue_again(about.catalogue, catalogue_name)
    for difference in about.differences(versions()):
        note = f"note: {difference}; numbers may differ in their last digits"
        click.echo(visible(note), err=True)
    with watched() as sinks:
        resume(run, catalogue, sinks)
    ctx.exit(finish(run))
