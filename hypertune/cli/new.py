"""`hypertune new`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.diagnostics import Source
from hypertune.draft import draft_for_images, draft_for_table
from hypertune.syntax import format_spec, parse


@click.command("new")
@click.option(
    "--data",
    metavar="TABLE.csv|FOLDER",
    required=True,
    help="A table with names above its rows of numbers, or a folder of pictures, one in it for "
    "each class.",
)
@click.option("--target", metavar="COLUMN", default="", help="What is to be told from a table.")
@click.option("--classes", is_flag=True, help="Numbers in that column stand for classes.")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
def command(data: str, target: str, classes: bool, output: Path | None) -> None:
    """Write a commented spec for your own data, which trains as it stands."""
    draft = _draft(data, target, classes)
    text = format_spec(parse(Source("new.hspec", draft)))
    if output is None:
        click.echo(text, nl=False)
        return
    with output.open("x", encoding="utf-8") as file:  # never over a file that is there
        file.write(text)
    click.echo(f"{output}: `hypertune train {output}` trains it", err=True)


def _draft(data: str, target: str, classes: bool) -> str:
    pictures = Path(data).expanduser().is_dir()
    if pictures and (target or classes):
        raise click.UsageError("a folder of pictures has its classes in it: leave --target out")
    if not pictures and not target:
        raise click.UsageError("which column is to be told? Name it with --target COLUMN")
    return draft_for_images(data) if pictures else draft_for_table(data, target, classes)
