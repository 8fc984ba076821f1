"""Specs in the whole language, as they were written before it was built."""

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


LEFT_OUT = {
    "ptb_lstm": {"HT615"},  # its files are the reader's
}


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_it_is_accepted_but_for_what_is_known_to_be_missing(path: Path) -> None:
    reported = [(d.code, d.span) for d in mistakes(parse(read_source(path))) if d.span]
    assert len({span.start for _, span in reported}) == len(reported)
    assert {code for code, _ in reported} == LEFT_OUT.get(path.stem, set())


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_a_layout_says_the_same_and_is_its_own_layout(path: Path) -> None:
    spec = parse(read_source(path))
    again = parse(Source("laid out", format_spec(spec)))
    assert again == spec
    assert format_spec(again) == format_spec(spec)
