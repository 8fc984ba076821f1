"""The text of a spec that means the same wherever it lies."""

from __future__ import annotations

from attrs import evolve

from hypertune.catalogue import Catalogue, SourceType, in_full
from hypertune.emitting.spec_text.values import call, value
from hypertune.ir import Program
from hypertune.overrides import override
from hypertune.semantics import Whole
from hypertune.syntax import ast


def anchored(whole: Whole, program: Program, catalogue: Catalogue) -> str:
    """The text of a spec, with the paths of its data in full.

    Args:
        whole: the spec.
        program: what it means; its paths are seen from the working directory.
        catalogue: has its source.

    """
    source = program.data.source
    full = in_full(source, catalogue.of(SourceType)[source.kind].args)
    if full == source:
        return whole.text
    keys = [
        setting.key.text
        for section in whole.statements
        if isinstance(section, ast.Section) and section.kind.text == "data"
        for setting in section.settings
    ]
    # `root` and `download` may be arguments of the source or lines of their own
    own = {name: full.args[name] for name in ("root", "download") if name in keys}
    rest = {name: given for name, given in full.args.items() if name not in own}
    settings = [f"data.source={call(evolve(full, args=rest))}"]
    settings += [f"data.{name}={value(given)}" for name, given in own.items()]
    return override(whole, settings).text
