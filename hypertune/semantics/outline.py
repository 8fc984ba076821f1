"""The statements of a spec by what they are, and whether each that must be there is there once."""

from __future__ import annotations

from collections.abc import Iterable

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
    objectives: list[ast.Section] = field(factory=list)
    tunes: list[ast.Section] = field(factory=list)


def outline(spec: ast.Spec, statements: Iterable[ast.Statement], findings: Findings) -> Outline:
    """Sort the statements; tell which are missing, doubled or not where they belong.

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
                _sections(found, statement.kind.text).append(statement)
            case ast.Include() | ast.Version():
                pass  # read before
    end = _end(spec)
    _once("model", [_keyword(model) for model in found.models], end, findings)
    _once("data", [section.kind.span for section in found.data], end, findings)
    _once("objective", [section.kind.span for section in found.objectives], end, findings)
    _check_tunes(found.tunes, end, findings)
    return found


def _keyword(model: ast.Model) -> Span:
    start = model.span.start
    return Span(model.span.source, start, start + len("model"))


def _sections(found: Outline, kind: str) -> list[ast.Section]:
    return {"data": found.data, "objective": found.objectives, "tune": found.tunes}[kind]


def _end(spec: ast.Spec) -> Span:
    """Where a missing statement could be written."""
    source, end = spec.span.source, spec.statements[-1].span.end if spec.statements else 0
    return Span(source, end, end)


def _once(what: str, spans: list[Span], end: Span, findings: Findings) -> None:
    if not spans:
        findings.add(MissingStatement(end, what))
    for span in spans[1:]:
        findings.add(Duplicate(span, f"`{what}`", spans[0]))


def _check_tunes(tunes: Iterable[ast.Section], end: Span, findings: Findings) -> None:
    first: dict[str, Span] = {}
    tunes = tuple(tunes)
    if not tunes:
        findings.add(MissingStatement(end, "tune"))
    for tune in tunes:
        if tune.name is None:
            if len(tunes) > 1:
                findings.add(NamelessTune(tune.kind.span))
        elif tune.name.text in first:
            what = f"`tune {tune.name.text}`"
            findings.add(Duplicate(tune.name.span, what, first[tune.name.text]))
        else:
            first[tune.name.text] = tune.name.span
