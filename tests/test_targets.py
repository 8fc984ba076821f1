"""Specs in the whole language; kinds that they use are not all there yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from hypertune.diagnostics import Diagnostic, Source, SpecError
from hypertune.semantics import elaborate
from hypertune.standard import STANDARD
from hypertune.syntax import ast, format_spec, parse, read_source

SPECS = sorted((Path(__file__).parent / "targets").glob("*.hspec"))


def mistakes(spec: ast.Spec) -> tuple[Diagnostic, ...]:
    try:
        elaborate(spec, STANDARD)
    except SpecError as wrong:
        return wrong.diagnostics
    return ()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_only_kinds_that_are_not_there_are_told_each_at_its_place(path: Path) -> None:
    told = [(d.code, d.span) for d in mistakes(parse(read_source(path))) if d.span]
    assert len({span.start for _, span in told}) == len(told)
    assert {code for code, _ in told} <= {"HT202"}
    known = {kind.name for kind in STANDARD}
    assert not known & {span.text for code, span in told if code == "HT202"}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_layout_says_the_same_and_is_its_own_layout(path: Path) -> None:
    spec = parse(read_source(path))
    again = parse(Source("laid out", format_spec(spec)))
    assert again == spec
    assert format_spec(again) == format_spec(spec)
