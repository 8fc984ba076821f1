"""Every diagnostic is explained, and its examples are what they say."""

from __future__ import annotations

from textwrap import indent

import pytest

from hypertune.compiler import compile_text
from hypertune.diagnostics import Diagnostic, Example, Source, SpecError
from hypertune.explanations import MERGED, diagnostics, explanation
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.syntax import parse
from specs import findings

MACHINE = ("cpu", "cuda:0")
# An example would be many pages long, no text at all, or a command line.
UNSHOWN = {"HT108", "HT109", "HT110", "HT111", "HT112"}
KINDS = tuple(kind for code, kind in diagnostics().items() if code not in UNSHOWN)


def example(kind: type[Diagnostic]) -> Example:
    assert kind.example
    return kind.example


def placing(text: str) -> tuple[Diagnostic, ...]:
    """What is wrong with the devices that a right spec asks for."""
    try:
        place(compile_text(text).program, STANDARD, MACHINE)
    except SpecError as wrong:
        return wrong.diagnostics
    return ()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_an_explanation_is_a_paragraph_and_two_examples(kind: type[Diagnostic]) -> None:
    first, *_ = explanation(kind).splitlines()
    assert first.endswith(".")
    assert f"Wrong:\n\n{indent(example(kind).wrong_spec, '    ')}" in explanation(kind)
    assert f"Right:\n\n{indent(example(kind).right_spec, '    ')}" in explanation(kind) + "\n"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_the_wrong_example_has_this_mistake_and_no_other(kind: type[Diagnostic]) -> None:
    wrong = example(kind).wrong_spec
    found = placing(wrong) if kind.code.startswith("HT5") else findings(wrong)
    assert {f.code for f in found} == {kind.code}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_the_right_example_has_no_mistake(kind: type[Diagnostic]) -> None:
    right = example(kind).right_spec
    if kind.code.startswith("HT1"):  # what cannot be read is shown by a line, not by a whole spec
        parse(Source("a.hspec", right))
        return
    found = (*findings(right), *(placing(right) if kind.code.startswith("HT5") else ()))
    assert [f.message for f in found if f.severity == "error"] == []
    assert kind.code not in {f.code for f in found}


def test_no_two_diagnostics_share_a_code() -> None:
    below: list[type[Diagnostic]] = list(Diagnostic.__subclasses__())
    for kind in below:
        below += kind.__subclasses__()
    kinds = {f"{kind.__module__}.{kind.__qualname__}": kind.code for kind in below if kind.__doc__}
    assert len(set(kinds.values())) == len(kinds)


def test_a_code_that_was_given_up_leads_to_one_that_is_there() -> None:
    known = diagnostics()
    assert MERGED.keys().isdisjoint(known)
    assert {*MERGED.values()} <= known.keys()
