"""The parameters of a block, bound to the arguments of one use of it."""

from __future__ import annotations

from hypertune import ir
from hypertune.semantics.constants import evaluate
from hypertune.semantics.errors.arguments import MissingArgument
from hypertune.semantics.matching import match
from hypertune.semantics.scope import FAILED, Failed, Scope
from hypertune.syntax import ast


def bind(call: ast.Call, block: ast.Block, scope: Scope) -> dict[str, ir.Value | Failed] | None:
    """A value for each parameter; None if the arguments do not fit, which is then told."""
    matched = match(call, [param.name.text for param in block.params], scope.findings)
    if matched is None:
        return None
    bound: dict[str, ir.Value | Failed] = {}
    for param in block.params:
        name = param.name.text
        written = matched[name].value if name in matched else param.default
        if written is None:
            doc = f"a parameter of the block `{block.name.text}`"
            scope.findings.add(MissingArgument(call.kind.span, call.kind.text, name, doc))
            bound[name] = FAILED
        else:
            bound[name] = evaluate(written, scope)
    return bound
