"""The statements of a spec by what they are, and whether each that must be there is there once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import define, field

from hypertune.diagnostics import Span
from hypertune.semantics.errors.statements import (
    Duplicate,
    MissingStatement,
    NamelessTune,
)
from hypertune.semantics.scope.findings import Findings
from hypertune.syntax import ast


@define
class Outline:
    """What a spec states, in the order in which it is to be read."""

    declarations: list[ast.Let | ast.Hyper | ast.Block] = field(factory=list)
    models: list[ast.Model] = field(factory=list)
    data: list[ast.Section] = field(factory=list)
    objective: list[ast.Section] = field(factory=list)
    tune: list[ast.Section] = field(factory=list)


def outline(spec: ast.Spec, statements: Iterable[ast.Statement], findings: Findings) -> Outline:
    """Sort the statements; report which are missing, doubled or not where they belong.

    Args:
        spec: where those that are missing could be written.
        statements: its own, with those of what it includes in the place of each `include`.
        findings: what is wrong.

    """
    found = Outline()
    for statement in statements:
        match statement:
            case ast.Let() | ast.Hyper() | ast.Block():
                found.declarations.append(statement)
            case ast.Model():
                found.models.append(statement)
            case ast.Section():
                getattr(found, statement.kind.text).append(statement)
            case ast.Include() | ast.Version():
                pass  # read before
    places = {
        "model": [model.span.first(len("model")) for model in found.models],
        "data": [section.kind.span for section in found.data],
        "objective": [section.kind.span for section in found.objective],
    }
    end = spec.statements[-1].span.end if spec.statements else 0
    for what, spans in {**places, "tune": [section.kind.span for section in found.tune]}.items():
        if not spans:
            findings.add(MissingStatement(Span(spec.span.source, end, end), what))
    for what, spans in places.items():
        for span in spans[1:]:
            findings.add(Duplicate(span, f"`{what}`", spans[0]))
    _check_names(found.tune, findings)
    return found


def _check_names(tunes: Sequence[ast.Section], findings: Findings) -> None:
    """Several tunes have names, each its own."""
    first: dict[str, Span] = {}
    for tune in tunes:
        if tune.name is None:
            if len(tunes) > 1:
                findings.add(NamelessTune(tune.kind.span))
        elif tune.name.text in first:
            what = f"`tune {tune.name.text}`"
            findings.add(Duplicate(tune.name.span, what, first[tune.name.text]))
        else:
            first[tune.name.text] = tune.name.span
