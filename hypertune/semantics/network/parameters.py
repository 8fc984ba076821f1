"""The parameters of a block, bound to the arguments of one use of it."""

from __future__ import annotations

from hypertune.diagnostics import Span
from hypertune.semantics.arguments.constants import evaluate
from hypertune.semantics.arguments.matching import match
from hypertune.semantics.errors.arguments import MissingArgument
from hypertune.semantics.scope.scope import FAILED, Constant, Scope
from hypertune.syntax import ast


def bind(call: ast.Call, block: ast.Block, scope: Scope) -> dict[str, Constant] | None:
    """A value for each parameter; None if the arguments do not fit, which is then told."""
    matched = match(call, [param.name.text for param in block.params], scope.findings)
    if matched is None:
        return None
    bound: dict[str, Constant] = {}
    for param in block.params:
        name = param.name.text
        written = matched[name].value if name in matched else param.default
        if written is None:
            doc = f"a parameter of the block `{block.name.text}`"
            scope.findings.add(MissingArgument(call.kind.span, call.kind.text, name, doc))
            bound[name] = Constant(FAILED)
        else:
            origin = _origin(written, scope) if name in matched else None
            bound[name] = Constant(evaluate(written, scope), origin)
    return bound


def _origin(written: ast.Expr, scope: Scope) -> Span:
    """Where an argument is written; where a parameter that is passed on was."""
    meaning = scope.find(written.text) if isinstance(written, ast.Name) else None
    passed = meaning.origin if isinstance(meaning, Constant) else None
    return passed or written.span
