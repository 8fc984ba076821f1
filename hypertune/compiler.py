"""The front half, in the order of its stages: text to program. Loads no torch."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import frozen

from hypertune.anchoring import anchored
from hypertune.catalogue import Catalogue
from hypertune.diagnostics import Diagnostic, Source, closest
from hypertune.ir import DamagedProgram, Program, from_json
from hypertune.overrides import Setting, override
from hypertune.semantics import Read, Whole, elaborate, include, verify
from hypertune.standard import STANDARD
from hypertune.syntax import parse, read_source


@frozen
class Compiled:
    """A program, what there is to say about it, and the text that it stands for."""

    program: Program
    warnings: tuple[Diagnostic, ...] = ()
    text: str = ""  # with overrides, what it includes, and paths in full: it can lie anywhere


def read_file(path: str) -> Source:
    """The text of a file that a spec includes.

    Raises:
        OSError: if it cannot be read; a note says which file may have been meant.
        SpecError: if it is not text.

    """
    file = Path(path)
    try:
        return read_source(file)
    except FileNotFoundError as fault:
        beside = [other.name for other in file.parent.glob("*.hspec")]
        for name in closest(file.name, beside):
            fault.add_note(name)
        raise


def whole_spec(source: Source, overrides: Iterable[Setting] = (), read: Read = read_file) -> Whole:
    """A spec with what it includes, and with some of its lines changed.

    Raises:
        SpecError: if one of its files or an override cannot be read.

    """
    return override(include(parse(source), read), overrides)


def compile_text(
    text: str,
    name: str = "<spec>",
    catalogue: Catalogue = STANDARD,
    overrides: Iterable[Setting] = (),
    read: Read = read_file,
) -> Compiled:
    """A spec to a program.

    Args:
        text: the spec.
        name: what messages call it; what it includes is looked for beside this path.
        catalogue: the kinds it may use.
        overrides: lines to be changed, such as `tune.epochs=10`.
        read: the text of a file that the spec includes, by its path.

    Raises:
        SpecError: if the spec is wrong; it prints as the diagnostics.

    """
    with _uncollected():
        whole = whole_spec(Source(name, text), overrides, read)
        elaborated = elaborate(whole, catalogue)
        text = anchored(whole, elaborated.program, catalogue)
    return Compiled(elaborated.program, elaborated.warnings, text)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Python looks for no garbage: there is none in a tree that grows, and a search goes over all.

    That search was a third of the time that a spec of 8,000 layers took.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def read_program(source: Source, catalogue: Catalogue = STANDARD) -> Program:
    """A program from its JSON form, verified.

    Raises:
        DamagedProgram: if it is no program, or one that could not have come from a spec.

    """
    try:
        program = from_json(source.text)
        verify(program, catalogue)
    except DamagedProgram as fault:
        raise DamagedProgram(source.name, str(fault)) from None
    return program
