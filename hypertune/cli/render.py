"""`hypertune render`."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import evolve

from hypertune.catalogue import Catalogue, MethodType, SourceType, beside
from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import compiled, files_of, set_option
from hypertune.cli.writing import deliver, force_option
from hypertune.diagnostics import Source
from hypertune.emitting.spec_text import print_spec
from hypertune.ir import Program
from hypertune.overrides import Setting
from hypertune.spec_files import read_spec
from hypertune.syntax import format_spec, parse


@click.command("render")
@click.argument("spec")
@set_option
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
@force_option
@catalogue_option
def command(
    spec: str,
    overrides: tuple[Setting, ...],
    output: Path | None,
    force: bool,
    catalogue_name: str,
) -> None:
    """Write SPEC out with everything settled: includes, constants, defaults, overrides."""
    catalogue = catalogue_of(catalogue_name)
    file = read_spec(spec)
    program = compiled(file, overrides, catalogue).program
    inputs = files_of(file, program)
    folder = None if output is None else output.parent
    deliver(rendered(program, catalogue, folder), output, force, inputs)


def rendered(program: Program, catalogue: Catalogue, folder: Path | None = None) -> str:
    """A spec that compiles to the program, its files named as from a folder."""
    if folder is not None:
        program = _beside(program, catalogue, folder)
    return format_spec(parse(Source("rendered.hspec", print_spec(program))))


def _beside(program: Program, catalogue: Catalogue, folder: Path) -> Program:
    """The program with the paths of its files as a file in another folder names them."""
    source, methods = program.data.source, catalogue.of(MethodType)
    declared = catalogue.of(SourceType)[source.kind].args
    tunes = (
        evolve(tune, method=beside(tune.method, methods[tune.method.kind].args, folder))
        for tune in program.tunes
    )
    data = evolve(program.data, source=beside(source, declared, folder))
    return evolve(program, data=data, tunes=tuple(tunes))
