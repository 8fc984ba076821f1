"""`hypertune render`."""

from __future__ import annotations

from pathlib import Path

import click

from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import compiled, set_option
from hypertune.diagnostics import Source
from hypertune.emitting.spec_text import print_spec
from hypertune.overrides import Setting
from hypertune.spec_files import read_spec
from hypertune.syntax import format_spec, parse


@click.command("render")
@click.argument("spec")
@set_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
@catalogue_option
def command(
    spec: str, overrides: tuple[Setting, ...], output: Path | None, catalogue_name: str
) -> None:
    """Write SPEC out with everything settled: includes, constants, defaults, overrides."""
    program = compiled(read_spec(spec), overrides, catalogue_of(catalogue_name)).program
    text = format_spec(parse(Source("rendered.hspec", print_spec(program))))
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")
