"""What several commands do first: read a spec or a program and compile it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from hypertune.catalogue import Catalogue
from hypertune.compiler import Compiled, compile_text, read_program, whole_spec
from hypertune.diagnostics import did_you_mean, render_all
from hypertune.ir import Program, Tune
from hypertune.overrides import Setting, settings_in
from hypertune.reporting.colour import wants_colour
from hypertune.semantics import FileTree
from hypertune.spec_files import SpecFile
from hypertune.syntax import read_source

Command = Callable[..., Any]


def set_option(command: Command) -> Command:
    """`--set` and `--set-file`: a command gets both as `overrides`, the words after the files."""

    @click.option(
        "--set",
        "words",
        metavar="PATH=VALUE",
        multiple=True,
        help="Change a line (`tune.epochs=10`), a start (`hyper.drop=0.3`) or a constant.",
    )
    @click.option(
        "--set-file",
        "files",
        metavar="FILE",
        multiple=True,
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The same from a file, a line each; may be repeated.",
    )
    @wraps(command)
    def overridden(*args: Any, words: tuple[str, ...], files: tuple[Path, ...], **kw: Any) -> Any:
        lines = [line for file in files for line in settings_in(read_source(file))]
        return command(*args, overrides=(*lines, *words), **kw)

    return overridden


def compiled(file: SpecFile, overrides: tuple[Setting, ...], catalogue: Catalogue) -> Compiled:
    """A spec, its warnings on stderr; or a program that was compiled before."""
    if file.is_program:
        if overrides:
            why = "changes a spec, and a compiled program is not one: give the spec instead"
            raise click.BadParameter(why, param_hint="--set")
        return Compiled(read_program(file.source, catalogue))
    found = compile_text(file.source.text, file.source.name, catalogue, overrides)
    if found.warnings:
        click.echo(render_all(found.warnings, wants_colour(sys.stderr)) + "\n", err=True)
    return found


def files_of(file: SpecFile, program: Program | None = None) -> list[str]:
    """The files of a spec that compiles, and where its program's data is, if that is given."""
    found = [file.source.name]
    parts = [] if file.is_program else [whole_spec(file.source).part]
    for part in parts:  # which grows
        found.append(part.spec.span.source.name)
        parts += [piece for piece in part.pieces if isinstance(piece, FileTree)]
    words = program.data.source.args.values() if program else ()
    return [*found, *(word for word in words if isinstance(word, str))]


def tune_block(program: Program, name: str) -> Tune:
    """The tune block of this name, or the first."""
    names = [tune.name for tune in program.tunes]
    if not names:
        raise click.UsageError("the spec has no `tune` block: there is nothing to train")
    if name and name not in names:
        close = [help.text for help in did_you_mean(name, names)]
        listed = "there are " + ", ".join(f"`{n}`" for n in names)
        there = listed if all(names) else "the only one has no name"
        why = f"no tune block is called `{name}`; {(*close, there)[0]}"
        raise click.BadParameter(why, param_hint="--tune")
    return program.tune(name)
