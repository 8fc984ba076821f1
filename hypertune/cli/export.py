"""`hypertune export`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.cli.catalogues import catalogue_again, catalogue_option
from hypertune.cli.writing import force_option, show


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The module to write, NAME.py; the weights go beside it. Default: the spec's name here.",
)
@force_option
@catalogue_option
def command(run: Path, output: Path | None, force: bool, catalogue_name: str) -> None:
    """Write the tuned network of RUN as a state_dict and a Python module that needs torch alone.

    The weights are a safetensors file, which holds no code; the module reads it by itself.
    """
    from hypertune.jobs.exporting import export
    from hypertune.jobs.trained import load_run

    trained = load_run(run)
    catalogue = catalogue_again(trained.about.catalogue, catalogue_name)
    for path in export(trained, output, catalogue, force):
        show(f"{path}\n")
