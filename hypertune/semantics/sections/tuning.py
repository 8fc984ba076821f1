"""`tune`: one way to train."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import frozen

from hypertune import ir
from hypertune.catalogue import Arg, MethodType, OptimiserType, ScheduleType
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.calls import settle
from hypertune.semantics.arguments.constants import evaluate
from hypertune.semantics.errors.tuning import (
    EndlessSchedule,
    LengthTwice,
    MissingLength,
    MissingOptimiser,
    NotALength,
    UnusedOptimiser,
)
from hypertune.semantics.scope.scope import Failed, Scope
from hypertune.semantics.sections.settings import Settings, read_settings
from hypertune.syntax import ast

ROLES: Final = ("weights", "hypers", "responses", "spreads")
LENGTHS: Final = {"epochs": "epochs", "steps": "steps", "budget": "seconds"}

CLIP: Final = Arg("clip", "float", "largest norm of a gradient", None, low=0, open_low=True)
SEED: Final = Arg("seed", "int", "what all randomness starts from", 0, low=0)
PRECISION: Final = Arg(
    "precision", "string", "of the arithmetic", "float32", choices=("float32", "bf16")
)
KEYS: Final = ("method", *ROLES, "schedule", "clip", "precision", *LENGTHS, "patience", "seed")


@frozen
class TuneFacts:
    """A tune block with the declaration of its method; `tune` is None if something is wrong."""

    method: MethodType | None
    place: Span  # of the method
    tune: ir.Tune | None


def read_tune(section: ast.Section, scope: Scope) -> TuneFacts:
    """Everything between the braces of `tune`."""
    settings = read_settings(section, KEYS, scope)
    expr = settings.need("method", "method = delta_stn")
    settled = settle(expr, MethodType, scope) if expr else None
    method = settled[0] if settled else None
    place = expr.span if expr else section.kind.span
    optimisers = _optimisers(settings, method, place)
    schedule = _schedule(settings)
    clip, seed, precision = (settings.value(arg) for arg in (CLIP, SEED, PRECISION))
    length, patience = _length(settings), _patience(settings)
    if isinstance(schedule, ir.Call) and is_endless(schedule, length):
        where, budget = (settings.by_key[key] for key in ("schedule", "budget"))
        finding = EndlessSchedule(where.value.span, schedule.kind, budget.span)
        scope.findings.add(finding)
    rest = (optimisers, schedule, clip, seed, precision, length, patience)
    if settled is None or length is None or optimisers is None or Failed in map(type, rest):
        return TuneFacts(method, place, None)
    assert not isinstance(schedule, Failed)
    assert not isinstance(patience, Failed)
    assert clip is None or isinstance(clip, float)
    assert isinstance(seed, int)
    assert isinstance(precision, str)
    tune = ir.Tune(
        name=section.name.text if section.name else "",
        method=settled[1],
        optimisers=optimisers,
        schedule=schedule,
        clip=clip,
        precision=precision,
        length=length,
        patience=patience,
        seed=seed,
    )
    return TuneFacts(method, place, tune)


def _optimisers(
    settings: Settings, method: MethodType | None, place: Span
) -> dict[str, ir.Call] | None:
    """One for each role that the method has: as written, or the same as another role's."""
    scope = settings.scope
    written: dict[str, tuple[OptimiserType, ir.Call] | None] = {}
    for role in ROLES:
        expr = settings.expr(role)
        if expr is not None:
            within = Scope(scope.knowledge, scope, role=role)
            written[role] = settle(expr, OptimiserType, within)
            if method and role not in method.optimisers:
                span = settings.by_key[role].key.span
                scope.findings.add(UnusedOptimiser(span, role, method.name))
    if method is None:
        return None
    found: dict[str, ir.Call] = {}
    for role, other in method.optimisers.items():
        settled = written.get(role) or written.get(other)
        if settled:
            found[role] = settled[1]
        elif role not in written and not other and role not in settings.meant:
            scope.findings.add(MissingOptimiser(place, method.name, role))
    return found if len(found) == len(method.optimisers) else None


def _schedule(settings: Settings) -> ir.Call | Failed | None:
    expr = settings.expr("schedule")
    if expr is None:
        return None
    settled = settle(expr, ScheduleType, settings.scope)
    return settled[1] if settled else Failed()


def is_endless(schedule: ir.Call, length: ir.Quantity | None) -> bool:
    """Whether a schedule ends with the run, and the run after a time."""
    ends = "t_max" in schedule.args and schedule.args["t_max"] is None
    return ends and length is not None and length.unit == "seconds"


def _length(settings: Settings) -> ir.Quantity | None:
    """Exactly one of `epochs`, `steps` and `budget`; None if not, which is told."""
    scope = settings.scope
    given = [settings.by_key[key] for key in LENGTHS if key in settings.by_key]
    if not given:
        if settings.meant.isdisjoint(LENGTHS):
            scope.findings.add(MissingLength(settings.section.kind.span))
        return None
    first, *more = sorted(given, key=lambda setting: setting.span.start)
    for other in more:
        scope.findings.add(LengthTwice(other.key.span, other.key.text, first.key.span))
    key = first.key.text
    return _quantity(first.value, key, (LENGTHS[key],), scope)


def _patience(settings: Settings) -> ir.Quantity | Failed | None:
    expr = settings.expr("patience")
    if expr is None:
        return None
    quantity = _quantity(expr, "patience", ("epochs", "steps"), settings.scope)
    return Failed() if quantity is None else quantity


def _quantity(expr: ast.Expr, key: str, units: Sequence[str], scope: Scope) -> ir.Quantity | None:
    """A positive number, of the first unit where none is written; whole but for seconds."""
    value = evaluate(expr, scope)
    if isinstance(value, Failed):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool) and units[0] != "seconds":
        value = ir.Quantity(value, units[0])
    fine = isinstance(value, ir.Quantity) and value.unit in units and value.amount > 0
    if not isinstance(value, ir.Quantity) or not fine:
        scope.findings.add(NotALength(expr.span, key, " or ".join(units)))
        return None
    if value.unit != "seconds" and value.amount != int(value.amount):
        scope.findings.add(NotALength(expr.span, key, " or ".join(units)))
        return None
    return value
