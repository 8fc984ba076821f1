"""Expressions as text, with no bracket more than they need."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from attrs import define, evolve

from hypertune.syntax import ast
from hypertune.syntax.printing.lines import WIDTH, Line
from hypertune.syntax.printing.remarks import Remarks, first_line, last_line

_SUM, _PRODUCT, _UNARY, _POWER, _ATOM = range(1, 6)
_STRENGTH = {"+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "//": _PRODUCT, "%": _PRODUCT}


def flat(expr: ast.Expr) -> str:
    """The expression on one line."""
    match expr:
        case ast.Name(text=text) | ast.Number(text=text):
            return text
        case ast.String(value=value):
            return f'"{value}"'
        case ast.Quantity(amount=amount, unit=unit):
            return f"{amount.text} {unit.text}"
        case ast.Index(name=name, index=index):
            return f"{name.text}[{flat(index)}]"
        case ast.Unary(op=op, operand=operand):
            return op + _within(operand, _UNARY)
        case ast.Binary(op="**", left=left, right=right):
            return f"{_within(left, _ATOM)} ** {_within(right, _UNARY)}"
        case ast.Binary(op=op, left=left, right=right):
            strength = _STRENGTH[op]
            return f"{_within(left, strength)} {op} {_within(right, strength + 1)}"
        case ast.Tuple(items=items):
            return f"({flat_args(items)}{_comma(expr)})"
        case ast.Call(kind=kind, args=args):
            return f"{kind.text}({flat_args(args)})"


def flat_args(args: Sequence[ast.Arg]) -> str:
    return ", ".join(_prefix(arg) + flat(arg.value) for arg in args)


def flat_kind(call: ast.Call) -> str:
    """A call where only a call can stand: without brackets if there is nothing in them."""
    return flat(call) if call.args else call.kind.text


def assigned(
    run: Sequence[ast.Let | ast.Setting], before: str, remarks: Remarks
) -> list[list[Line]]:
    """`let NAME = VALUE` or `key = value`, the signs in one column."""
    names = [(line.name if isinstance(line, ast.Let) else line.key).text for line in run]
    width, out = max(map(len, names), default=0), []
    for name, line in zip(names, run, strict=True):
        head = f"{before}{name:<{width}} = "
        first, *others = arranged(line.value, len(head), remarks)
        out.append([Line(head + first.text, first.comment), *others])
    return out


def arranged(expr: ast.Expr, column: int, remarks: Remarks) -> list[Line]:
    """The expression from a column on, with breaks between items where they were or have to be.

    The first line comes without its indent, the others with theirs.

    """
    if not isinstance(expr, ast.Tuple | ast.Call):
        return [Line(flat(expr))]
    items = expr.items if isinstance(expr, ast.Tuple) else expr.args
    fits = column + len(flat(expr)) <= WIDTH
    if not items or (fits and not _is_broken(expr) and not remarks.within(expr.span)):
        return [Line(flat(expr))]
    head = f"{expr.kind.text}(" if isinstance(expr, ast.Call) else "("
    rows = _Rows(column + len(head), remarks, [Line(" " * column + head)], first_line(expr))
    at = expr.span.start
    for item in items:
        rows.add_comments(at, item.span.start)
        rows.add_item(item, "," if item is not items[-1] else _comma(expr))
        at = item.span.end
    rows.add_comments(at, expr.span.end)
    rows.close()
    first, *others = rows.done
    return [evolve(first, text=first.text[column:]), *others]


def _is_broken(expr: ast.Expr) -> bool:
    """Whether a line ends between two items of a list, or of one of its lists."""
    if not isinstance(expr, ast.Tuple | ast.Call):
        return False
    items = expr.items if isinstance(expr, ast.Tuple) else expr.args
    between = any(last_line(a.value) < first_line(b) for a, b in pairwise(items))
    return between or any(_is_broken(item.value) for item in items)


@define
class _Rows:
    """The items of a list, under each other behind the opening bracket."""

    edge: int
    remarks: Remarks
    done: list[Line]
    line: int  # where the last thing ended in the source
    fresh: bool = True  # nothing stands on the row yet
    full: bool = False  # nothing more can, because of a comment

    def add_comments(self, start: int, end: int) -> None:
        for comment in self.remarks.take(start, end):
            if first_line(comment) == self.line and not self.full:
                self.done[-1] = evolve(self.done[-1], comment=comment.text)
            else:
                self.done.append(Line(" " * self.edge + comment.text))
            self.full, self.line = True, first_line(comment)

    def add_item(self, item: ast.Arg, ending: str) -> None:
        prefix = _prefix(item)
        size = len(self.done[-1].text) + len(prefix + flat(item.value) + ending) + 1
        if self.full or (not self.fresh and (first_line(item) > self.line or size >= WIDTH)):
            self.done.append(Line(" " * self.edge))
            self.fresh, self.full = True, False
        start = self.done[-1].text + ("" if self.fresh else " ") + prefix
        first, *others = arranged(item.value, len(start), self.remarks)
        self.done[-1:] = [evolve(first, text=start + first.text), *others]
        self._append(ending)
        self.fresh, self.line = False, last_line(item)

    def close(self) -> None:
        if self.full:
            self.done.append(Line(" " * (self.edge - 1)))
        self._append(")")

    def _append(self, text: str) -> None:
        self.done[-1] = evolve(self.done[-1], text=self.done[-1].text + text)


def _within(expr: ast.Expr, strength: int) -> str:
    return flat(expr) if _strength(expr) >= strength else f"({flat(expr)})"


def _strength(expr: ast.Expr) -> int:
    match expr:
        case ast.Binary(op=op):
            return _STRENGTH.get(op, _POWER)
        case ast.Unary():
            return _UNARY
        case _:
            return _ATOM


def _prefix(arg: ast.Arg) -> str:
    return "" if arg.name is None else f"{arg.name.text} = "


def _comma(expr: ast.Tuple | ast.Call) -> str:
    """A tuple of one item needs a comma, or it is an item in brackets."""
    alone = isinstance(expr, ast.Tuple) and len(expr.items) == 1 and expr.items[0].name is None
    return "," if alone else ""
