"""`hypertune new`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.cli.writing import deliver, force_option
from hypertune.data.csv_table import column_names
from hypertune.diagnostics import Source
from hypertune.draft import Draft, Undecided, draft_for_arrays, draft_for_images, draft_for_table
from hypertune.syntax import format_spec, parse
from hypertune.terminal import visible, visible_lines


@click.command("new")
@click.option(
    "--data",
    metavar="TABLE.csv|FOLDER|ARRAYS.npz",
    required=True,
    help="A table with names above its rows, a folder of pictures, one in it for each class, or "
    "arrays `x` and `y`.",
)
@click.option(
    "--target", metavar="COLUMN", default="", help="The column of a table to be predicted."
)
@click.option(
    "--classes/--regression",
    default=None,
    help="Whether the target stands for classes, or is a number to be predicted.",
)
@click.option("--test", metavar="FILE", default="", help="A table or arrays kept for the test.")
@click.option(
    "--missing",
    type=click.Choice(["mean", "median"]),
    help="Fill missing numbers of a table in by that of their column.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
@force_option
def command(
    data: str,
    target: str,
    classes: bool | None,
    test: str,
    missing: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """Write a commented spec for your own data, which trains as it stands."""
    folder = output.parent if output else Path()
    try:
        draft = _draft(data, target, classes, test, missing or "", folder)
    except Undecided as question:
        raise click.UsageError(str(question)) from None
    deliver(format_spec(parse(Source("new.hspec", draft.text))), output, force, (data, test))
    click.echo(visible_lines(draft.understood), err=True)
    if output is not None:
        click.echo(f"{visible(output)}: `hypertune train {visible(output)}` trains it", err=True)


def _draft(
    data: str, target: str, classes: bool | None, test: str, missing: str, folder: Path
) -> Draft:
    pictures, arrays = Path(data).expanduser().is_dir(), data.endswith(".npz")
    if pictures and (target or classes is not None):
        raise click.UsageError("a folder of pictures has its classes in it: leave --target out")
    if pictures and test:
        raise click.UsageError("pictures for the test are a part of the folder: leave --test out")
    if arrays and target:
        raise click.UsageError("arrays have their target in `y`: leave --target out")
    if missing and (pictures or arrays):
        raise click.UsageError("only a table may have missing numbers: leave --missing out")
    if pictures:
        return draft_for_images(data, folder)
    if arrays:
        return draft_for_arrays(data, classes, folder, test)
    if not target:
        there = ", ".join(column_names(data))
        raise click.UsageError(f"which column is to be predicted? Name it with --target: {there}")
    return draft_for_table(data, target, classes, folder, test, missing)
