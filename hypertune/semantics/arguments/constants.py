"""The value of a constant expression, or its mistake."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from hypertune import ir
from hypertune.diagnostics import Diagnostic, Span
from hypertune.semantics.errors.constants import (
    DividedByZero,
    NotDefined,
    NotNumbers,
    TooLarge,
    TupleTooLarge,
    UnknownFunction,
    UnknownUnit,
    WrongCount,
)
from hypertune.semantics.errors.names import NoSuchItem, NotAValue, UnknownName, UsedTooEarly
from hypertune.semantics.errors.passing import HyperInArithmetic
from hypertune.semantics.scope.nouns import otherwise
from hypertune.semantics.scope.scope import (
    FAILED,
    Constant,
    Failed,
    Meaning,
    Piece,
    Scope,
    Tunable,
)
from hypertune.syntax import ast

_LARGEST: Final = 2**63 - 1  # of whole numbers, so that no power can take for ever
_LARGEST_TUPLE: Final = 10_000  # values in it
WORDS: Final[Mapping[str, bool]] = {"true": True, "false": False}

_UNITS: Final[Mapping[str, tuple[float, str]]] = {
    **dict.fromkeys(("epoch", "epochs"), (1, "epochs")),
    **dict.fromkeys(("step", "steps"), (1, "steps")),
    **dict.fromkeys(("s", "sec", "second", "seconds"), (1, "seconds")),
    **dict.fromkeys(("min", "minute", "minutes"), (60, "seconds")),
    **dict.fromkeys(("h", "hour", "hours"), (3600, "seconds")),
}


def _power(base: float, exponent: float) -> float:
    if isinstance(base, int) and isinstance(exponent, int) and abs(base) > 1 and exponent > 63:
        raise OverflowError
    power: float = operator.pow(base, exponent)
    return power


_BINARY: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": _power,
}

# name -> the function, the fewest and the most numbers it takes
FUNCTIONS: Final[Mapping[str, tuple[Callable[..., Any], int, float]]] = {
    "min": (lambda *numbers: min(numbers), 1, math.inf),
    "max": (lambda *numbers: max(numbers), 1, math.inf),
    "round": (round, 1, 2),
    "sqrt": (math.sqrt, 1, 1),
    "exp": (math.exp, 1, 1),
    "log": (math.log, 1, 1),
}


def evaluate(expr: ast.Expr, scope: Scope, also: Iterable[str] = ()) -> ir.Value | Failed:
    """What an expression stands for; a hyperparameter's name stands for a reference to it.

    `also` are words that may be meant besides names.
    """
    match expr:
        case ast.Number():
            value = float(expr.value) if expr.percent else expr.value
            return _checked(value, expr.span, scope)
        case ast.String():
            return expr.value
        case ast.Quantity():
            return _quantity(expr, scope)
        case ast.Name():
            return _name(expr, scope, also)
        case ast.Index():
            return _item(expr, scope)
        case ast.Unary():
            return _unary(expr, scope)
        case ast.Binary():
            return _binary(expr, scope)
        case ast.Tuple():
            return _tuple(expr, scope)
        case ast.Call():
            return _function(expr, scope)


def _fail(scope: Scope, diagnostic: Diagnostic) -> Failed:
    scope.findings.add(diagnostic)
    return FAILED


def _checked(value: Any, span: Span, scope: Scope) -> ir.Value | Failed:
    """Numbers that a spec may hold: finite, and whole ones within 64 bits."""
    if isinstance(value, complex):
        return _fail(scope, NotDefined(span))
    if isinstance(value, float) and math.isnan(value):
        return _fail(scope, NotDefined(span))
    large = abs(value) > _LARGEST if isinstance(value, int) else math.isinf(value)
    if large:
        return _fail(scope, TooLarge(span))
    number: int | float = value
    return number


def _quantity(expr: ast.Quantity, scope: Scope) -> ir.Quantity | Failed:
    unit = _UNITS.get(expr.unit.text)
    if unit is None:
        return _fail(scope, UnknownUnit(expr.unit.span, expr.unit.text, tuple(_UNITS)))
    amount = _checked(expr.amount.value * unit[0], expr.amount.span, scope)
    if isinstance(amount, Failed):
        return FAILED
    assert isinstance(amount, int | float)
    return ir.Quantity(amount, unit[1])


def _name(expr: ast.Name, scope: Scope, also: Iterable[str] = ()) -> ir.Value | Failed:
    if expr.text in WORDS:
        return WORDS[expr.text]
    match meaning_of(expr, scope, also):
        case None:
            return FAILED
        case Constant(value):
            return value
        case Tunable(names, vector):
            refs = tuple(map(ir.Ref, names))
            return refs if vector else refs[0]
        case Piece():
            return _fail(scope, NotAValue(expr.span, expr.text))


def meaning_of(name: ast.Name, scope: Scope, also: Iterable[str] = ()) -> Meaning | None:
    """What a name stands for; None if nothing, which is then told."""
    meaning = scope.find(name.text)
    if meaning is None:
        later = scope.later.get(name.text)
        if later:
            scope.findings.add(UsedTooEarly(name.span, name.text, later))
        else:
            known, other = (*scope.names(), *also), otherwise(name.text, scope)
            scope.findings.add(UnknownName(name.span, name.text, known, other))
    return meaning


def _item(expr: ast.Index, scope: Scope) -> ir.Value | Failed:
    whole, index = _name(expr.name, scope), evaluate(expr.index, scope)
    if isinstance(whole, Failed) or isinstance(index, Failed):
        return FAILED
    if not isinstance(whole, tuple):
        return _fail(scope, NoSuchItem(expr.span, expr.name.text, "is not a vector"))
    if not isinstance(index, int) or isinstance(index, bool) or not 0 <= index < len(whole):
        why = f"has the items 0 to {len(whole) - 1}" if whole else "has no items"
        return _fail(scope, NoSuchItem(expr.index.span, expr.name.text, why))
    return whole[index]


def _number(expr: ast.Expr, value: ir.Value | Failed, scope: Scope) -> int | float | None:
    """The value if it can be counted with; else None, which is then told (or was)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(value, ir.Ref):
        scope.findings.add(HyperInArithmetic(expr.span, value.hyper))
    elif not isinstance(value, Failed):
        scope.findings.add(NotNumbers(expr.span, describe(value)))
    return None


def _unary(expr: ast.Unary, scope: Scope) -> ir.Value | Failed:
    number = _number(expr.operand, evaluate(expr.operand, scope), scope)
    if number is None:
        return FAILED
    return -number if expr.op == "-" else number


def _binary(expr: ast.Binary, scope: Scope) -> ir.Value | Failed:
    """A long sum leans to the left: it is walked, not recursed into."""
    spine: list[ast.Binary] = []
    left: ast.Expr = expr
    while isinstance(left, ast.Binary):
        spine.append(left)
        left = left.left
    total = _number(left, evaluate(left, scope), scope)
    for node in reversed(spine):
        right = _number(node.right, evaluate(node.right, scope), scope)
        if total is not None and right is not None:
            total = _number(node, _combine(node, total, right, scope), scope)
        else:
            total = None
    return FAILED if total is None else total


def _combine(node: ast.Binary, left: float, right: float, scope: Scope) -> ir.Value | Failed:
    try:
        return _checked(_BINARY[node.op](left, right), node.span, scope)
    except ZeroDivisionError:
        return _fail(scope, DividedByZero(node.right.span if node.op != "**" else node.span))
    except OverflowError:
        return _fail(scope, TooLarge(node.span))


def _tuple(expr: ast.Tuple, scope: Scope) -> ir.Value | Failed:
    items: list[ir.Value] = []
    for arg in expr.items:
        if arg.name is not None:
            return _fail(scope, NotAValue(arg.name.span, arg.name.text))
        value = evaluate(arg.value, scope)
        if isinstance(value, Failed):
            return FAILED
        items.append(value)
    made = tuple(items)
    if scope.knowledge.sizes.add(made) > _LARGEST_TUPLE:
        return _fail(scope, TupleTooLarge(expr.span, f"{_LARGEST_TUPLE:_}"))
    return made


def _function(expr: ast.Call, scope: Scope) -> ir.Value | Failed:
    name = expr.kind.text
    if name not in FUNCTIONS:
        other = otherwise(name, scope)
        return _fail(scope, UnknownFunction(expr.kind.span, name, tuple(FUNCTIONS), other))
    apply, fewest, most = FUNCTIONS[name]
    numbers: list[int | float | None] = []
    for arg in expr.args:
        if arg.name is not None:
            return _fail(scope, NotAValue(arg.name.span, arg.name.text))
        numbers.append(_number(arg.value, evaluate(arg.value, scope), scope))
    if not fewest <= len(numbers) <= most:
        wanted = "one number" if most == 1 else "one or two numbers" if most == 2 else "numbers"
        return _fail(scope, WrongCount(expr.span, name, wanted, len(numbers)))
    if None in numbers:
        return FAILED
    try:
        return _checked(apply(*numbers), expr.span, scope)
    except (ValueError, TypeError):  # sqrt(-1), log(0), round(1, 0.5)
        return _fail(scope, NotDefined(expr.span))
    except OverflowError:
        return _fail(scope, TooLarge(expr.span))


def describe(value: ir.Value) -> str:
    """What sort of thing a value is, in the language's words."""
    match value:
        case bool():
            return "a truth value"
        case int():
            return "a whole number"
        case float():
            return "a decimal number"
        case str():
            return "a string"
        case ir.Ref():
            return "a hyperparameter"
        case ir.Quantity():
            return "a quantity"
        case tuple() if value and all(isinstance(item, ir.Ref) for item in value):
            return "a vector of hyperparameters"
        case tuple():
            return "a tuple"
        case _:
            return "nothing"
