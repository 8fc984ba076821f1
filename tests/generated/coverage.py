"""What of the language was drawn, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs

from hypertune.catalogue import Kind, SourceType
from hypertune.ir import Program
from hypertune.standard import STANDARD
from hypertune.syntax import ast


def rules(node: Any) -> Iterator[str]:
    """The rules that a tree is made of: its nodes, and which of their parts are there."""
    if isinstance(node, tuple):
        for item in node:
            yield from rules(item)
    if not isinstance(node, ast.SyntaxNode):
        return
    rule = type(node).__name__.lower()
    yield rule
    for part in attrs.fields(type(node)):
        value = getattr(node, part.name)
        if part.name == "op":
            yield f"{rule} {value}"
        elif part.name not in ("span", "text", "comments") and value not in (None, (), False):
            yield f"{rule}.{part.name}"
            yield from rules(value)


def kinds(program: Program) -> Iterator[str]:
    """The kinds that a program is made of, each with its noun."""
    data, objective = program.data, program.objective
    yield from (f"domain {hyper.domain.kind}" for hyper in program.hypers)
    yield f"source {data.source.kind}"
    yield from (f"augment {call.kind}" for call in data.augment)
    yield from [f"corruption {data.corrupt.kind}"] if data.corrupt else []
    for layer in program.layers:
        yield _called(STANDARD.node(layer.kind))
        yield from ["tied layer"] if layer.args.get("tied") else []
    yield from (f"loss {term.loss.kind}" for term in (*objective.train, *objective.valid))
    yield from (f"metric {call.kind}" for call in objective.report)
    for tune in program.tunes:
        yield f"method {tune.method.kind}"
        yield from (f"optimiser {call.kind}" for call in tune.optimisers.values())
        yield from [f"schedule {tune.schedule.kind}"] if tune.schedule else []


def never_drawn(drawn: Counter[str]) -> list[str]:
    """The standard kinds that no spec has, but for sources that need a file."""
    known = {_called(k) for k in STANDARD if not (isinstance(k, SourceType) and k.look)}
    return sorted(known - drawn.keys())


def _called(kind: Kind) -> str:
    return f"{type(kind).__name__.removesuffix('Type').lower()} {kind.name}"
