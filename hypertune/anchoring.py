"""The text of a spec that means the same wherever it lies."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from hypertune.catalogue import Catalogue, MethodType, SourceType, in_full
from hypertune.emitting.spec_text.values import call, value
from hypertune.ir import Program
from hypertune.overrides import override
from hypertune.semantics import Whole
from hypertune.syntax import ast


def anchored(whole: Whole, program: Program, catalogue: Catalogue) -> str:
    """The text of a spec, with the paths of its files in full.

    Args:
        whole: the spec.
        program: what it means; its paths are seen from the working directory.
        catalogue: has its source and its methods.

    """
    settings = [*_of_data(whole, program, catalogue), *_of_methods(program, catalogue)]
    return override(whole, settings).text if settings else whole.text


def _of_data(whole: Whole, program: Program, catalogue: Catalogue) -> Iterator[str]:
    source = program.data.source
    full = in_full(source, catalogue.of(SourceType)[source.kind].args)
    if full == source:
        return
    keys = [
        setting.key.text
        for section in whole.statements
        if isinstance(section, ast.Section) and section.kind.text == "data"
        for setting in section.settings
    ]
    # `root` and `download` may be arguments of the source or lines of their own
    own = {name: full.args[name] for name in ("root", "download") if name in keys}
    rest = {name: given for name, given in full.args.items() if name not in own}
    yield f"data.source={call(evolve(full, args=rest))}"
    yield from (f"data.{name}={value(given)}" for name, given in own.items())


def _of_methods(program: Program, catalogue: Catalogue) -> Iterator[str]:
    """Of the methods that read a file, such as `schedule`."""
    methods = catalogue.of(MethodType)
    for tune in program.tunes:
        full = in_full(tune.method, methods[tune.method.kind].args)
        if full != tune.method:
            block = f"tune.{tune.name}" if tune.name else "tune"
            yield f"{block}.method={call(full)}"
