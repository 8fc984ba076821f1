"""What to write instead of a value of the wrong sort, where that can be guessed."""

from __future__ import annotations

from hypertune import ir
from hypertune.catalogue import Arg
from hypertune.syntax import ast


def advice_on(arg: Arg, owner: str, value: ir.Value, expr: ast.Expr | None) -> str:
    """A sentence, or nothing.

    Args:
        arg: what the value was meant for.
        owner: the kind or section that it belongs to.
        value: of another sort than `arg` wants.
        expr: how it is written.

    """
    if isinstance(value, tuple) and value and isinstance(value[0], ir.Ref):
        return f"write one of them, such as `{value[0].hyper}`"
    if arg.type in ("int", "size") and isinstance(value, float):
        if isinstance(expr, ast.Binary) and expr.op == "/":
            return "`//` divides to a whole number"
        return f"write `{int(value):_}`" if value.is_integer() and not _is_share(expr) else ""
    if isinstance(value, ir.Quantity) and value.unit == "seconds":
        return "only `budget` is a time, so that a run can be repeated on another machine"
    if arg.rest:
        return f'write words side by side: `{owner}("a", "b")`'
    return ""


def _is_share(expr: ast.Expr | None) -> bool:
    return isinstance(expr, ast.Number) and expr.percent
