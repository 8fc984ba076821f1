"""The parameters of a block, bound to the arguments of one use of it."""

from __future__ import annotations

from hypertune.diagnostics import Span
from hypertune.semantics.arguments.constants import evaluate
from hypertune.semantics.arguments.matching import match
from hypertune.semantics.errors.arguments import MissingArgument
from hypertune.semantics.scope.findings import Failed, attempt
from hypertune.semantics.scope.scope import Constant, Meaning, Scope, Unknown
from hypertune.syntax import ast


def bind(call: ast.Call, block: ast.Block, scope: Scope) -> dict[str, Meaning]:
    """What each parameter stands for."""
    matched, fine = match(call, [param.name.text for param in block.params], scope.findings)
    if not fine:
        raise Failed
    return {
        param.name.text: _bound(param, matched.get(param.name.text), call, block, scope)
        for param in block.params
    }


def _bound(
    param: ast.Param, written: ast.Arg | None, call: ast.Call, block: ast.Block, scope: Scope
) -> Meaning:
    name, expr = param.name.text, written.value if written else param.default
    if expr is None:
        doc = f"a parameter of the block `{block.name.text}`"
        scope.findings.add(MissingArgument(call.kind.span, call.kind.text, name, doc))
        return Unknown()
    value = attempt(evaluate, expr, scope)
    return (
        Unknown() if value is None else Constant(value, _origin(expr, scope) if written else None)
    )


def _origin(written: ast.Expr, scope: Scope) -> Span:
    """Where an argument is written; where a parameter that is passed on was."""
    meaning = scope.find(written.text) if isinstance(written, ast.Name) else None
    passed = meaning.origin if isinstance(meaning, Constant) else None
    return passed or written.span
