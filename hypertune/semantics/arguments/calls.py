"""The arguments of any call, checked against the declaration of its kind."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from attrs import evolve

from hypertune import ir
from hypertune.catalogue import Arg, Kind, Required
from hypertune.semantics.arguments.matching import match
from hypertune.semantics.arguments.values import convert
from hypertune.semantics.errors.arguments import ArgumentsDisagree, KindWanted, MissingArgument
from hypertune.semantics.errors.names import UnknownKind
from hypertune.semantics.scope.labels import Labels
from hypertune.semantics.scope.nouns import NOUNS, otherwise
from hypertune.semantics.scope.scope import FAILED, Failed, Scope
from hypertune.syntax import ast

K = TypeVar("K", bound=Kind)


def settle(expr: ast.Expr, kind: type[K], scope: Scope) -> tuple[K, ir.Call] | None:
    """A kind and its settled call; None if something is wrong with it, which is then told."""
    call = _as_call(expr, kind, scope)
    declaration = look_up(call.kind, kind, scope) if call else None
    if call is None or declaration is None:
        return None
    args = settle_args(call, declaration, scope)
    return None if args is None else (declaration, ir.Call(declaration.name, args))


def _as_call(expr: ast.Expr, kind: type[K], scope: Scope) -> ast.Call | None:
    """A bare name where only a call can stand is a call without arguments."""
    if isinstance(expr, ast.Call):
        return expr
    if isinstance(expr, ast.Name):
        return ast.Call(expr.span, expr, ())
    known = tuple(scope.knowledge.kinds(kind))
    scope.findings.add(KindWanted(expr.span, NOUNS[kind], known))
    return None


def look_up(name: ast.Name, kind: type[K], scope: Scope, also: Iterable[str] = ()) -> K | None:
    """The kind of this name; None if the catalogue has none, which is then told.

    `also` are names that may be meant besides those of kinds.
    """
    known = scope.knowledge.kinds(kind)
    if name.text not in known:
        names, other = (*known, *also), otherwise(name.text, scope)
        scope.findings.add(UnknownKind(name.span, NOUNS[kind], name.text, names, other))
    return known.get(name.text)


def settle_args(
    call: ast.Call, kind: Kind, scope: Scope, labels: Labels | None = None
) -> dict[str, ir.Value] | None:
    """Every argument of `kind` with its value, in the order of its declaration.

    `labels` are those that it may name, where it stands in a network.
    """
    declared: tuple[Arg, ...] = getattr(kind, "args", ())  # a metric takes none
    if declared and declared[-1].rest:
        call = _gathered(call, len(declared) - 1, scope)
    matched = match(call, [arg.name for arg in declared], scope.findings)
    if matched is None:
        return None
    values = {
        arg.name: _value(arg, matched.get(arg.name), call, scope, labels) for arg in declared
    }
    settled = {name: v for name, v in values.items() if not isinstance(v, Failed)}
    if len(settled) < len(values):
        return None
    refuses = getattr(kind, "refuses", None)
    why = refuses(settled) if refuses else ""
    if why:
        scope.findings.add(ArgumentsDisagree(call.span, call.kind.text, why))
        return None
    return settled


def _gathered(call: ast.Call, last: int, scope: Scope) -> ast.Call:
    """The call with all that stands from place `last` on as one tuple; names mean themselves."""
    rest = tuple(
        evolve(arg, value=_itself(arg.value, scope)) for arg in call.args[last:] if not arg.name
    )
    if not rest:
        return call
    span = rest[0].span.to(rest[-1].span)
    gathered = ast.Arg(span, None, ast.Tuple(span, rest))
    named = tuple(arg for arg in call.args[last:] if arg.name)
    return evolve(call, args=(*call.args[:last], gathered, *named))


def _itself(value: ast.Expr, scope: Scope) -> ast.Expr:
    if isinstance(value, ast.Name) and scope.find(value.text) is None:
        return ast.String(value.span, value.text)
    return value


def _value(
    arg: Arg, written: ast.Arg | None, call: ast.Call, scope: Scope, labels: Labels | None
) -> ir.Value | Failed:
    if written is not None:
        return convert(arg, written.value, call.kind.text, scope, labels)
    if isinstance(arg.default, Required):
        scope.findings.add(MissingArgument(call.kind.span, call.kind.text, arg.name, arg.doc))
        return FAILED
    return arg.default
