"""The arguments of any call, checked against the declaration of its kind."""

from __future__ import annotations

from typing import TypeVar

from attrs import evolve

from hypertune import ir
from hypertune.catalogue import Arg, Kind, LayerType, MergeType, Required, Setting
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.matching import match
from hypertune.semantics.arguments.values import convert
from hypertune.semantics.errors.arguments import ArgumentsDisagree, KindWanted, MissingArgument
from hypertune.semantics.errors.names import UnknownKind
from hypertune.semantics.scope.findings import Failed, every
from hypertune.semantics.scope.labels import Labels
from hypertune.semantics.scope.scope import Piece, Scope, otherwise
from hypertune.syntax import ast

K = TypeVar("K", bound=Kind)


def settle(
    expr: ast.Expr, kind: type[K], scope: Scope, labels: Labels | None = None
) -> tuple[K, ir.Call]:
    """A kind and its settled call; a bare name where only a call can stand has no arguments.

    `labels` are those that its arguments may name.

    Raises:
        Failed: if something is wrong with it.

    """
    if isinstance(expr, ast.Name):
        expr = ast.Call(expr.span, expr, ())
    if not isinstance(expr, ast.Call):
        raise scope.fail(KindWanted(expr.span, kind.noun, tuple(scope.knowledge.kinds(kind))))
    declaration = look_up(expr.kind, kind, scope)
    return declaration, ir.Call(declaration.name, settle_args(expr, declaration, scope, labels))


def where(expr: ast.Expr, kind: Kind, argument: str) -> Span:
    """The argument of a call that is at fault; all of it, if none is by itself."""
    args = expr.args if isinstance(expr, ast.Call) else ()
    for declared, written in zip(kind.args, args, strict=False):
        if (written.name.text if written.name else declared.name) == argument:
            return written.value.span
    named = (written for written in args if written.name and written.name.text == argument)
    return next((written.value.span for written in named), expr.span)


def look_up(name: ast.Name, kind: type[K], scope: Scope) -> K:
    """The kind of this name; where a layer can stand, a merge or a block may be meant as well."""
    known = scope.knowledge.kinds(kind)
    if name.text not in known:
        also = (*scope.knowledge.kinds(MergeType), *scope.names_of(Piece))
        names = (*known, *also) if kind is LayerType else tuple(known)
        other = otherwise(name.text, scope)
        raise scope.fail(UnknownKind(name.span, kind.noun, name.text, names, other))
    return known[name.text]


def settle_args(
    call: ast.Call, kind: Kind | Setting, scope: Scope, labels: Labels | None = None
) -> dict[str, ir.Value]:
    """Every argument of `kind` with its value, in the order of its declaration.

    `labels` are those that it may name: of a network, in it or in its objective.
    """
    declared = kind.args
    if declared and declared[-1].rest:
        call = _gathered(call, len(declared) - 1, scope)
    matched, fine = match(call, [arg.name for arg in declared], scope.findings)
    if not fine:  # what is missing may be what has a wrong name
        declared = tuple(arg for arg in declared if arg.name in matched)
    values = every(lambda arg: _value(arg, matched.get(arg.name), call, scope, labels), declared)
    if not fine:
        raise Failed
    settled = {arg.name: value for arg, value in zip(declared, values, strict=True)}
    refuses = getattr(kind, "refuses", None)
    why = refuses(settled) if refuses else ""
    if why:
        raise scope.fail(ArgumentsDisagree(call.span, call.kind.text, why))
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
) -> ir.Value:
    if written is not None and arg.kind:
        return settle(written.value, arg.kind, scope)[1]
    if written is not None:
        return convert(arg, written.value, call.kind.text, scope, labels)
    if arg.named and scope.find(arg.named):
        return convert(arg, ast.Name(call.kind.span, arg.named), call.kind.text, scope)
    if isinstance(arg.default, Required):
        raise scope.fail(MissingArgument(call.kind.span, call.kind.text, arg.name, arg.doc))
    return arg.default
