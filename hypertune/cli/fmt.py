"""`hypertune fmt`."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

import click

from hypertune.cli.exits import DONE, WRONG_SPEC
from hypertune.cli.writing import show
from hypertune.diagnostics import Diagnostic, SpecError
from hypertune.runs.files import write_over
from hypertune.spec_files import SpecFile, read_spec
from hypertune.syntax import format_spec, parse
from hypertune.terminal import visible


@click.command("fmt")
@click.argument("specs", nargs=-1, required=True)
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a file would change.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@click.pass_context
def command(ctx: click.Context, specs: tuple[str, ...], check: bool, diff: bool) -> None:
    """Lay SPECS out as all specs are, in place; - reads stdin and writes stdout."""
    changed, wrong = 0, list[Diagnostic]()
    for name in specs:
        file = read_spec(name)
        if file.is_program:
            raise click.UsageError(f"{file.source.name} is a compiled program, not a spec")
        before = file.source.text
        try:
            after = _with_ends_of(before, format_spec(parse(file.source)))
        except SpecError as mistake:
            wrong += mistake.diagnostics
            continue
        changed += after != before
        if diff:
            show(_difference(file, after))
        if check and after != before:
            click.echo(f"{visible(file.source.name)} would change", err=True)
        if not (check or diff):
            _write(name, file, after)
    if wrong:
        raise SpecError(wrong)
    ctx.exit(WRONG_SPEC if check and changed else DONE)


def _with_ends_of(before: str, after: str) -> str:
    """A text whose lines end as the first line of another does."""
    ends_crlf = before.partition("\n")[0].endswith("\r")
    return after.replace("\n", "\r\n") if ends_crlf else after


def _write(name: str, file: SpecFile, after: str) -> None:
    if name == "-":
        show(after)
    elif after != file.source.text:
        write_over(Path(file.source.name), after.encode())
        click.echo(f"{visible(file.source.name)} changed", err=True)


def _difference(file: SpecFile, after: str) -> str:
    name = file.source.name
    lines = (file.source.text.splitlines(keepends=True), after.splitlines(keepends=True))
    return "".join(unified_diff(*lines, name, f"{name}, formatted"))
