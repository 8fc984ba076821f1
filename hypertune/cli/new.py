"""`hypertune new`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.diagnostics import Source
from hypertune.draft import draft_for_table
from hypertune.syntax import format_spec, parse


@click.command("new")
@click.option(
    "--data",
    "table",
    metavar="TABLE.csv",
    required=True,
    help="A table of yours: a line of names, then a row of numbers per example.",
)
@click.option("--target", metavar="COLUMN", required=True, help="What is to be told.")
@click.option("--classes", is_flag=True, help="Numbers in that column stand for classes.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
def command(table: str, target: str, classes: bool, output: Path | None) -> None:
    """Write a commented spec for your own table, which trains as it stands."""
    text = format_spec(parse(Source("new.hspec", draft_for_table(table, target, classes))))
    if output is None:
        click.echo(text, nl=False)
        return
    with output.open("x", encoding="utf-8") as file:  # never over a file that is there
        file.write(text)
    click.echo(f"{output}: `hypertune train {output}` trains it", err=True)
