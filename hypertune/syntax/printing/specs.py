"""`format_spec`: ast.Spec -> text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from hypertune.syntax import ast
from hypertune.syntax.printing.bodies import block, model
from hypertune.syntax.printing.containers import contents
from hypertune.syntax.printing.expressions import assigned, flat
from hypertune.syntax.printing.hypers import hypers
from hypertune.syntax.printing.lines import Line, joined
from hypertune.syntax.printing.remarks import Remarks
from hypertune.syntax.printing.sections import sections


def format_spec(spec: ast.Spec) -> str:
    """The spec in canonical layout, with its comments and its author's blank lines."""
    remarks = Remarks(list(spec.comments))
    place = (0, max(spec.span.end, 1), 0)
    _, lines = contents(spec.statements, remarks, place, 0, lambda run: _statements(run, remarks))
    return joined(lines)


def _statements(run: Sequence[ast.Statement], remarks: Remarks) -> list[list[Line]]:
    out: list[list[Line]] = []
    for kind, neighbours in groupby(run, key=type):
        found = list(neighbours)
        if kind is ast.Hyper:
            out += hypers([s for s in found if isinstance(s, ast.Hyper)])
        elif kind is ast.Let:
            out += assigned([s for s in found if isinstance(s, ast.Let)], "let ", remarks)
        elif kind is ast.Section:
            out += sections([s for s in found if isinstance(s, ast.Section)], remarks)
        else:
            out += [_alone(statement, remarks) for statement in found]
    return out


def _alone(statement: ast.Statement, remarks: Remarks) -> list[Line]:
    match statement:
        case ast.Model():
            return model(statement, remarks)
        case ast.Block():
            return block(statement, remarks)
        case ast.Version(number=number):
            return [Line(f"hspec {number.text}")]
        case ast.Include(path=path):
            return [Line(f"include {flat(path)}")]
        case _:
            raise AssertionError(f"{type(statement).__name__} has a printer of its own")
