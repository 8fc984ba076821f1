"""`hypertune check`."""

from __future__ import annotations

import json
import sys

import click

from hypertune.catalogue import Catalogue
from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import set_option
from hypertune.cli.exits import DONE, WRONG_SPEC
from hypertune.compiler import compile_text, read_program
from hypertune.diagnostics import Diagnostic, SpecError, as_json, render_all
from hypertune.overrides import Setting
from hypertune.reporting.colour import wants_colour
from hypertune.spec_files import SpecFile, read_spec
from hypertune.terminal import visible


@click.command("check")
@click.argument("spec")
@set_option
@click.option("--json", "as_lines", is_flag=True, help="One JSON object per mistake, on stdout.")
@click.option("--strict", is_flag=True, help="Warnings are mistakes.")
@catalogue_option
@click.pass_context
def command(
    ctx: click.Context,
    spec: str,
    overrides: tuple[Setting, ...],
    as_lines: bool,
    strict: bool,
    catalogue_name: str,
) -> None:
    """Say what is wrong with SPEC (a file, the name of a shipped spec, or - for stdin)."""
    found = _diagnostics(read_spec(spec), overrides, catalogue_of(catalogue_name))
    if as_lines:
        for diagnostic in found:
            click.echo(json.dumps(as_json(diagnostic)))
    elif found:
        click.echo(render_all(found, wants_colour(sys.stderr)), err=True)
    else:
        click.echo(f"{'<stdin>' if spec == '-' else visible(spec)}: no mistakes", err=True)
    if strict or any(diagnostic.severity == "error" for diagnostic in found):
        ctx.exit(WRONG_SPEC if found else DONE)


def _diagnostics(
    file: SpecFile, overrides: tuple[Setting, ...], catalogue: Catalogue
) -> tuple[Diagnostic, ...]:
    if file.is_program:
        read_program(file.source, catalogue)
        return ()
    try:
        return compile_text(file.source.text, file.source.name, catalogue, overrides).warnings
    except SpecError as mistake:
        return mistake.diagnostics
