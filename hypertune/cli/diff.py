"""`hypertune diff`."""

from __future__ import annotations

import json

import click
from attrs import asdict

from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import compiled
from hypertune.differences import differences
from hypertune.spec_files import read_spec
from hypertune.terminal import visible_lines

_DIFFERENT = 1


@click.command("diff")
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--json", "as_lines", is_flag=True, help="One JSON object per difference.")
@catalogue_option
@click.pass_context
def command(
    ctx: click.Context, before: str, after: str, as_lines: bool, catalogue_name: str
) -> None:
    """Say what differs in meaning between specs (or programs) A and B; exit 1 if anything does.

    Layout, comments, names of constants and the way in which a network is written mean nothing.
    """
    catalogue = catalogue_of(catalogue_name)
    old, new = (compiled(read_spec(name), (), catalogue).program for name in (before, after))
    found = differences(old, new)
    for difference in found:
        click.echo(json.dumps(asdict(difference)) if as_lines else visible_lines(str(difference)))
    ctx.exit(_DIFFERENT if found else 0)
