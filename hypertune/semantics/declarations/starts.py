"""What a hyperparameter starts from, how far it is perturbed, and what holds it."""

from __future__ import annotations

from math import inf
from typing import Any, Final

from hypertune import ir
from hypertune.catalogue import Arg, DomainType
from hypertune.diagnostics import Diagnostic, Span
from hypertune.semantics.arguments.constants import describe, evaluate, is_number
from hypertune.semantics.arguments.values import convert
from hypertune.semantics.errors.arguments import UnknownWord
from hypertune.semantics.errors.hypers import MissingStart, NotAStart, StartOutside
from hypertune.semantics.scope.findings import Failed, every
from hypertune.semantics.scope.scope import Scope
from hypertune.syntax import ast

Starts = float | str | tuple[float | str, ...]
Settled = tuple[DomainType, ir.Call]
_SPREAD: Final = Arg("spread", "float", "of the perturbation", 1.0, low=0, open_low=True)
_PRIOR: Final = Arg("prior", "float", "around the start", low=0, open_low=True)


def read_starts(statement: ast.Hyper, settled: Settled | None, scope: Scope) -> Starts:
    """The number or word after `=`, or several; `settled` is the domain, unless that is wrong."""
    written = statement.start
    if written is None:
        raise scope.fail(MissingStart(statement.domain.span, _names(statement)))
    words = settled[0].words(settled[1].args) if settled else ()
    value = _value(written, words, scope)
    if settled is None:
        raise Failed
    if not isinstance(value, tuple):
        return _start(written.span, value, settled, statement, scope)
    places = [written.span] * len(value)
    if isinstance(written, ast.Tuple):
        places = [item.value.span for item in written.items]
    placed = zip(places, value, strict=True)
    return tuple(every(lambda one: _start(*one, settled, statement, scope), placed))


def _start(
    span: Span, value: ir.Value, settled: Settled, statement: ast.Hyper, scope: Scope
) -> float | str:
    if words := settled[0].words(settled[1].args):
        wrong = _no_word(span, value, words, _names(statement))
    else:
        wrong = _no_number(span, value, settled, statement.domain.span)
    if wrong:
        raise scope.fail(wrong)
    return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]  # a number


def read_spread(statement: ast.Hyper, scope: Scope) -> float:
    """The standard deviation after `spread`, or 1."""
    written = statement.spread
    spread: Any = convert(_SPREAD, written, _names(statement), scope) if written else 1.0
    return float(spread)


def read_prior(statement: ast.Hyper, scope: Scope) -> float | None:
    """The standard deviation after `prior`, if it is there."""
    if statement.prior is None:
        return None
    prior: Any = convert(_PRIOR, statement.prior, _names(statement), scope)
    return float(prior)


def _names(statement: ast.Hyper) -> str:
    return ", ".join(item.name.text for item in statement.names)


def _value(expr: ast.Expr, words: tuple[str, ...], scope: Scope) -> ir.Value:
    """The value of an expression; one of the words may stand without its quotes."""
    if isinstance(expr, ast.Tuple) and not any(item.name for item in expr.items):
        return tuple(every(lambda item: _value(item.value, words, scope), expr.items))
    if isinstance(expr, ast.Name) and expr.text in words and scope.find(expr.text) is None:
        return expr.text
    return evaluate(expr, scope)


def _no_word(span: Span, value: ir.Value, words: tuple[str, ...], names: str) -> Diagnostic | None:
    """Why a choice cannot start from a value, if it cannot."""
    if not isinstance(value, str):
        listed = ", ".join(f"`{word}`" for word in words)
        return NotAStart(span, describe(value), f"one of {listed}")
    return None if value in words else UnknownWord(span, names, "start", value, words)


def _no_number(span: Span, value: ir.Value, settled: Settled, place: Span) -> Diagnostic | None:
    """Why a domain of numbers cannot start from a value, if it cannot."""
    domain, call = settled
    if not is_number(value):
        return NotAStart(span, describe(value), "a number")
    if domain.discrete and not isinstance(value, int):
        return NotAStart(span, describe(value), "a whole number")
    if domain.holds(call.args, value):
        return None
    return StartOutside(span, f"{value:g}", _inside(*domain.bounds(call.args)), place)


def _inside(low: float, high: float) -> str:
    if high == inf:
        return f"above {low:g}"
    return f"below {high:g}" if low == -inf else f"between {low:g} and {high:g}"
