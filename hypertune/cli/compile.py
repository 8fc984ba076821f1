"""`hypertune compile`."""

from __future__ import annotations

from pathlib import Path

import click
from attrs import evolve

from hypertune.catalogue import Catalogue
from hypertune.cli.catalogues import catalogue_of, catalogue_option
from hypertune.cli.compiling import compiled, files_of, set_option
from hypertune.cli.tree import print_tree
from hypertune.cli.writing import deliver, force_option
from hypertune.compiler import whole_spec
from hypertune.emitting.drawing import print_dot
from hypertune.emitting.network_source import network_source
from hypertune.ir import Program, print_program, to_json
from hypertune.overrides import Setting
from hypertune.planning import plan, print_plan
from hypertune.spec_files import SpecFile, read_spec


@click.command("compile")
@click.argument("spec")
@set_option
@click.option(
    "--emit",
    type=click.Choice(["ast", "ir", "json", "plan", "python", "dot"]),
    default="ir",
    show_default=True,
    help="The syntax tree, the program for people or machines, costs, torch, a drawing.",
)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
@force_option
@catalogue_option
def command(
    spec: str,
    overrides: tuple[Setting, ...],
    emit: str,
    output: Path | None,
    force: bool,
    catalogue_name: str,
) -> None:
    """Compile SPEC (a file, the name of a shipped spec, or - for stdin) and print a stage."""
    file = read_spec(spec)
    if emit == "ast":
        text, inputs = _tree(file, overrides), files_of(file)
    else:
        catalogue = catalogue_of(catalogue_name)
        program = compiled(file, overrides, catalogue).program
        text, inputs = _stage(emit, program, catalogue), files_of(file, program)
    deliver(text.rstrip("\n") + "\n", output, force, inputs)


def _tree(file: SpecFile, overrides: tuple[Setting, ...]) -> str:
    if file.is_program:
        raise click.BadParameter("a compiled program has no syntax tree", param_hint="--emit")
    whole = whole_spec(file.source, overrides)
    return print_tree(evolve(whole.part.spec, statements=whole.statements))


def _stage(emit: str, program: Program, catalogue: Catalogue) -> str:
    match emit:
        case "json":
            return to_json(program)
        case "plan":
            return print_plan(plan(program, catalogue))
        case "python":
            return network_source(program, catalogue)
        case "dot":
            return print_dot(program, catalogue)
        case _:
            return print_program(program)
