"""Which written argument goes to which name; the same for kinds and blocks."""

from __future__ import annotations

from collections.abc import Sequence

from hypertune.semantics.errors.arguments import (
    PositionalAfterNamed,
    TooManyArguments,
    UnknownArgument,
)
from hypertune.semantics.errors.statements import Duplicate
from hypertune.semantics.scope.findings import Findings
from hypertune.syntax import ast


def match(
    call: ast.Call, names: Sequence[str], findings: Findings
) -> tuple[dict[str, ast.Arg], bool]:
    """The argument written for each name, and whether all that is written has one."""
    matched: dict[str, ast.Arg] = {}
    fine, named = True, False
    for position, arg in enumerate(call.args):
        name = _target(call, arg, position, names, named, findings)
        named = named or arg.name is not None
        if name is not None and name in matched:
            place = (arg.name or arg.value).span
            what = f"argument `{name}` of `{call.kind.text}`"
            findings.add(Duplicate(place, what, matched[name].span))
        elif name is not None:
            matched[name] = arg
            continue
        fine = False
    return matched, fine


def _target(
    call: ast.Call,
    arg: ast.Arg,
    position: int,
    names: Sequence[str],
    named: bool,
    findings: Findings,
) -> str | None:
    kind = call.kind.text
    if arg.name is not None:
        if arg.name.text in names:
            return arg.name.text
        findings.add(UnknownArgument(arg.name.span, kind, arg.name.text, tuple(names)))
    elif named:
        findings.add(PositionalAfterNamed(arg.value.span, kind))
    elif position >= len(names):
        if position == len(names):
            extra = [arg.value.span for arg in call.args[position:] if arg.name is None]
            findings.add(TooManyArguments(extra[0].to(extra[-1]), kind, tuple(names)))
    else:
        return names[position]
    return None
