"""`hypertune schedule`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.cli.catalogues import catalogue_again, catalogue_option
from hypertune.cli.render import rendered
from hypertune.cli.writing import force_option, show


@click.command("schedule")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="A table to write, NAME.csv, and a spec that replays it, NAME.hspec.",
)
@force_option
@catalogue_option
def command(run: Path, output: Path | None, force: bool, catalogue_name: str) -> None:
    """Show the hyperparameters of RUN over time; with -o, write them to be replayed.

    The spec trains the network at these values by `method = schedule("NAME.csv")`.
    """
    from hypertune.jobs.scheduling import replaying, schedule_table, scheduled
    from hypertune.jobs.trained import load_run
    from hypertune.reporting.course import course
    from hypertune.runs.files import claim, write_over

    trained = load_run(run)
    catalogue = catalogue_again(trained.about.catalogue, catalogue_name)
    rows = trained.events
    for name in scheduled(trained):
        show(f"{course(name, [row['hypers'][name] for row in rows])}\n")
    if output is None:
        return
    table, spec = output.with_suffix(".csv"), output.with_suffix(".hspec")
    for path in (table, spec):
        claim(path, force, [run])
    text = rendered(replaying(trained, str(table.absolute())), catalogue, spec.parent)
    write_over(table, schedule_table(trained).encode())
    write_over(spec, text.encode())
    show(f"{table}\n{spec}\n")
