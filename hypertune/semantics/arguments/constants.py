"""The value of a constant expression, or its mistake."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeGuard

from hypertune import ir
from hypertune.diagnostics import Span, closest
from hypertune.semantics.errors.constants import (
    DividedByZero,
    NotACount,
    NotDefined,
    NotNumbers,
    TooLarge,
    TupleTooLarge,
    UnknownUnit,
    WrongCount,
)
from hypertune.semantics.errors.names import (
    NoSuchItem,
    NotAValue,
    UnknownKind,
    UnknownName,
    UsedTooEarly,
)
from hypertune.semantics.errors.passing import HyperInArithmetic
from hypertune.semantics.scope.findings import Failed, attempt, every
from hypertune.semantics.scope.scope import (
    Constant,
    Piece,
    Scope,
    Tunable,
    Unknown,
    otherwise,
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


def evaluate(expr: ast.Expr, scope: Scope, also: Iterable[str] = ()) -> ir.Value:
    """What an expression stands for; a hyperparameter's name stands for a reference to it.

    `also` are words that may be meant besides names.

    Raises:
        Failed: if it has no value.

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
            number = _number(expr.operand, scope)
            return -number if expr.op == "-" else number
        case ast.Binary():
            return _binary(expr, scope)
        case ast.Tuple():
            return _tuple(expr, scope)
        case ast.Call():
            return _function(expr, scope)


def is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def count(
    expr: ast.Expr, scope: Scope, what: str, most: float = math.inf, also: Iterable[str] = ()
) -> int:
    """The value of an expression that counts something; `what` says which number that is."""
    value = evaluate(expr, scope, also)
    if is_whole(value) and 1 <= value <= most:
        return value
    raise scope.fail(NotACount(expr.span, what, most))


def _checked(value: Any, span: Span, scope: Scope) -> int | float:
    """Numbers that a spec may hold: finite, and whole ones within 64 bits."""
    if isinstance(value, complex) or (isinstance(value, float) and math.isnan(value)):
        raise scope.fail(NotDefined(span))
    large = abs(value) > _LARGEST if isinstance(value, int) else math.isinf(value)
    if large:
        raise scope.fail(TooLarge(span))
    number: int | float = value
    return number


def _quantity(expr: ast.Quantity, scope: Scope) -> ir.Quantity:
    if expr.unit.text not in _UNITS:
        raise scope.fail(UnknownUnit(expr.unit.span, expr.unit.text, tuple(_UNITS)))
    factor, unit = _UNITS[expr.unit.text]
    return ir.Quantity(_checked(expr.amount.value * factor, expr.amount.span, scope), unit)


def _name(expr: ast.Name, scope: Scope, also: Iterable[str]) -> ir.Value:
    if expr.text in WORDS:
        return WORDS[expr.text]
    match scope.find(expr.text):
        case None:
            if later := scope.later.get(expr.text):
                raise scope.fail(UsedTooEarly(expr.span, expr.text, later))
            near, other = closest(expr.text, (*scope.names(), *also)), otherwise(expr.text, scope)
            raise scope.fail(UnknownName(expr.span, expr.text, near, other))
        case Constant(value):
            return value
        case Tunable(names, vector):
            refs = tuple(map(ir.Ref, names))
            return refs if vector else refs[0]
        case Piece():
            raise scope.fail(NotAValue(expr.span, expr.text))
        case Unknown():
            raise Failed


def _item(expr: ast.Index, scope: Scope) -> ir.Value:
    whole, index = every(lambda part: evaluate(part, scope), (expr.name, expr.index))
    if not isinstance(whole, tuple):
        raise scope.fail(NoSuchItem(expr.span, expr.name.text, "is not a vector"))
    if not is_whole(index) or not 0 <= index < len(whole):
        why = f"has the items 0 to {len(whole) - 1}" if whole else "has no items"
        raise scope.fail(NoSuchItem(expr.index.span, expr.name.text, why))
    return whole[index]


def _number(expr: ast.Expr, scope: Scope) -> int | float:
    """The value of an expression that can be counted with."""
    value = evaluate(expr, scope)
    if isinstance(value, ir.Ref):
        raise scope.fail(HyperInArithmetic(expr.span, value.hyper))
    if not is_number(value):
        raise scope.fail(NotNumbers(expr.span, describe(value)))
    return value


def _binary(expr: ast.Binary, scope: Scope) -> int | float:
    """A long sum leans to the left: it is walked, not recursed into."""
    spine: list[ast.Binary] = []
    left: ast.Expr = expr
    while isinstance(left, ast.Binary):
        spine.append(left)
        left = left.left
    total = attempt(_number, left, scope)
    for node in reversed(spine):
        right = attempt(_number, node.right, scope)
        total = _combine(node, total, right, scope)
    if total is None:
        raise Failed
    return total


def _combine(
    node: ast.Binary, left: float | None, right: float | None, scope: Scope
) -> int | float | None:
    """What two numbers make; None if it is wrong, or one of them was."""
    if left is None or right is None:
        return None
    try:
        return _checked(_BINARY[node.op](left, right), node.span, scope)
    except ZeroDivisionError:
        scope.findings.add(DividedByZero(node.right.span if node.op != "**" else node.span))
    except OverflowError:
        scope.findings.add(TooLarge(node.span))
    except Failed:
        pass
    return None


def _positional(args: tuple[ast.Arg, ...], scope: Scope) -> list[ast.Expr]:
    """The values of arguments where none can have a name."""
    names = [arg.name for arg in args if arg.name]
    if names:
        raise scope.fail(NotAValue(names[0].span, names[0].text))
    return [arg.value for arg in args]


def _tuple(expr: ast.Tuple, scope: Scope) -> ir.Value:
    made = tuple(every(lambda item: evaluate(item, scope), _positional(expr.items, scope)))
    if scope.knowledge.sizes.add(made) > _LARGEST_TUPLE:
        raise scope.fail(TupleTooLarge(expr.span, f"{_LARGEST_TUPLE:_}"))
    return made


def _function(expr: ast.Call, scope: Scope) -> int | float:
    name = expr.kind.text
    if name not in FUNCTIONS:
        known, other = tuple(FUNCTIONS), otherwise(name, scope)
        raise scope.fail(UnknownKind(expr.kind.span, "function", name, known, other))
    apply, fewest, most = FUNCTIONS[name]
    if not fewest <= len(expr.args) <= most:
        wanted = "one number" if most == 1 else "one or two numbers" if most == 2 else "numbers"
        scope.findings.add(WrongCount(expr.span, name, wanted, len(expr.args)))
    numbers = every(lambda arg: _number(arg, scope), _positional(expr.args, scope))
    if not fewest <= len(numbers) <= most:
        raise Failed
    try:
        return _checked(apply(*numbers), expr.span, scope)
    except (ValueError, TypeError):  # sqrt(-1), log(0), round(1, 0.5)
        raise scope.fail(NotDefined(expr.span)) from None
    except OverflowError:
        raise scope.fail(TooLarge(expr.span)) from None


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
            return "a time" if value.unit == "seconds" else f"a number of {value.unit}"
        case tuple() if value and all(isinstance(item, ir.Ref) for item in value):
            return "a vector of hyperparameters"
        case tuple():
            return "a tuple"
        case _:
            return "nothing"
