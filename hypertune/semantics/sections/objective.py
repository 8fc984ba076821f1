"""`objective`: what the weights minimise, what the hyperparameters minimise, what people read."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from hypertune import ir
from hypertune.catalogue import LossType, MetricType, SourceType
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.calls import settle
from hypertune.semantics.arguments.constants import FUNCTIONS, evaluate, is_number
from hypertune.semantics.declarations.given import hypers_named
from hypertune.semantics.errors.arguments import WrongLength
from hypertune.semantics.errors.data import DoesNotApply
from hypertune.semantics.errors.names import NotAHyper
from hypertune.semantics.errors.objective import (
    NoLoss,
    NotAFactor,
    NotASum,
    PenaltyInValid,
)
from hypertune.semantics.errors.passing import EachMisplaced, HyperInArithmetic
from hypertune.semantics.scope.findings import attempt, every
from hypertune.semantics.scope.labels import Labels
from hypertune.semantics.scope.scope import HyperUse, Scope
from hypertune.semantics.sections.settings import Settings, read_settings
from hypertune.syntax import ast


@frozen
class Summand:
    """A term with its declaration and its place."""

    term: ir.Term
    kind: LossType
    span: Span


@frozen
class Goals:
    """The objective, its losses and its penalties, and what `valid` takes directly.

    `direct` are the places where `valid` takes a hyperparameter that it is not said to take.
    """

    objective: ir.Objective
    losses: tuple[Summand, ...]
    penalties: tuple[Summand, ...]
    direct: tuple[HyperUse, ...]


def read_objective(
    section: ast.Section, scope: Scope, source: SourceType | None, labels: Labels | None
) -> Goals:
    """Everything between the braces of `objective`, whose terms may name `labels` of the model."""
    settings = read_settings(section, scope)
    train = _side(settings, "train", labels)
    before = len(scope.knowledge.uses)
    valid = _side(settings, "valid", labels)
    used = tuple(scope.knowledge.uses)[before:]
    wanted = _direct(settings)
    for summand in valid:
        asked = wanted.intersection(ir.references_in(summand.term.loss.args))
        if summand.kind.penalty and not asked:
            scope.findings.add(PenaltyInValid(summand.span, summand.kind.name))
    _check_each(used, scope)
    report = _report(settings, source)
    summands = (*train, *valid)
    for summand in summands:
        _check_targets(summand.span, summand.kind, source, scope)
        _check_per_class(summand, source, scope)
    losses = tuple(s for s in summands if not s.kind.penalty)
    penalties = tuple(s for s in summands if s.kind.penalty)
    objective = ir.Objective(_terms(train), _terms(valid), report)
    direct = tuple(use for use in used if use.hyper not in wanted)
    return Goals(objective, losses, penalties, direct)


def _direct(settings: Settings) -> frozenset[str]:
    """The hyperparameters that `valid` may take directly although they are tuned."""
    scope = settings.scope

    def read(item: ast.Expr) -> tuple[str, ...]:
        if not isinstance(item, ast.Name | ast.Index):
            raise scope.fail(NotAHyper(item.span, item.span.text))
        return hypers_named(item, scope)

    found = (attempt(read, item) for item in settings.items("direct"))
    return frozenset(name for names in found for name in names or ())


def _check_each(used: Iterable[HyperUse], scope: Scope) -> None:
    """What there is one of for every training example cannot be read of others."""
    for use in used:
        declared = scope.knowledge.hypers.get(use.hyper)
        if declared and declared.hyper.over == "example":
            why = "validation examples have none"
            scope.findings.add(EachMisplaced(use.span, use.hyper, "example", why, declared.span))


def _terms(summands: tuple[Summand, ...]) -> tuple[ir.Term, ...]:
    return tuple(summand.term for summand in summands)


def _side(settings: Settings, key: str, labels: Labels | None) -> tuple[Summand, ...]:
    expr = attempt(settings.need, key)
    if expr is None:
        return ()
    before = len(settings.scope.findings.mistakes)
    summands = tuple(_summands(expr, 1.0, settings.scope, labels))
    fine = len(settings.scope.findings.mistakes) == before
    if fine and all(summand.kind.penalty for summand in summands):
        settings.scope.findings.add(NoLoss(expr.span, key))
    return summands


def _summands(expr: ast.Expr, weight: float, scope: Scope, labels: Labels | None) -> list[Summand]:
    """Sums and constant factors, multiplied out."""
    if isinstance(expr, ast.Binary) and expr.op in ("+", "-"):
        sign = -1.0 if expr.op == "-" else 1.0
        left = _summands(expr.left, weight, scope, labels)
        return [*left, *_summands(expr.right, sign * weight, scope, labels)]
    if isinstance(expr, ast.Binary) and expr.op == "*":
        factor, loss = (
            (expr.right, expr.left) if _is_loss(expr.left, scope) else (expr.left, expr.right)
        )
        number = attempt(_factor, factor, scope)
        return [] if number is None else _summands(loss, weight * number, scope, labels)
    if isinstance(expr, ast.Binary) and expr.op == "/":
        number = attempt(_factor, expr.right, scope, divides=True)
        return [] if number is None else _summands(expr.left, weight / number, scope, labels)
    if not isinstance(expr, ast.Name | ast.Call):
        scope.findings.add(NotASum(expr.span))
        return []
    settled = attempt(settle, expr, LossType, scope, labels)
    return [Summand(ir.Term(settled[1], weight), settled[0], expr.span)] if settled else []


def _is_loss(expr: ast.Expr, scope: Scope) -> bool:
    """Whether the left side of a product is its loss; if not, it is the factor."""
    match expr:
        case ast.Name():
            return expr.text in scope.knowledge.kinds(LossType)
        case ast.Call():
            return expr.kind.text not in FUNCTIONS
        case ast.Binary():
            return _is_loss(expr.left, scope) or _is_loss(expr.right, scope)
        case _:
            return False


def _factor(expr: ast.Expr, scope: Scope, divides: bool = False) -> float:
    value = evaluate(expr, scope)
    if isinstance(value, ir.Ref):
        raise scope.fail(HyperInArithmetic(expr.span, value.hyper))
    if not is_number(value) or (divides and value == 0):
        raise scope.fail(NotAFactor(expr.span))
    return float(value)


def _report(settings: Settings, source: SourceType | None) -> tuple[ir.Call, ...]:
    scope = settings.scope

    def read(item: ast.Expr) -> ir.Call:
        kind, call = settle(item, MetricType, scope)
        _check_targets(item.span, kind, source, scope)
        return call

    return tuple(attempt(every, read, settings.items("report")) or ())


def _check_per_class(loss: Summand, source: SourceType | None, scope: Scope) -> None:
    """Numbers for classes must be as many as the source has, as far as that is known."""
    classes = source.classes if source else 0
    for arg, count in loss.kind.wrong_counts(loss.term.loss.args, classes).items():
        if classes:
            finding = WrongLength(loss.span, loss.kind.name, arg, classes, count)
            scope.findings.add(finding)


def _check_targets(
    span: Span, kind: LossType | MetricType, source: SourceType | None, scope: Scope
) -> None:
    """Classes and real numbers want losses and metrics of their own."""
    if source is None or not kind.targets:
        return
    there = "classes" if source.classes else "real"
    others = scope.knowledge.kinds(type(kind)).values()
    metrics = (other for other in others if isinstance(other, MetricType))
    counts = {m.name: m.classes for m in metrics if m.classes not in (0, source.classes)}
    if kind.targets == there and kind.name not in counts:
        return
    why = f"its targets are {'classes' if source.classes else 'real numbers'}"
    if kind.targets == there:
        why = f"it is for {counts[kind.name]} classes, and there are {source.classes}"
    fitting = [k.name for k in others if k.targets == there and k.name not in counts]
    advice = "those that do: " + ", ".join(f"`{name}`" for name in fitting) if fitting else ""
    scope.findings.add(DoesNotApply(span, kind.name, source.name, why, advice))
