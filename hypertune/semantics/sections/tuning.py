"""`tune`: one way to train."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from attrs import frozen

from hypertune import ir
from hypertune.catalogue import (
    LENGTHS,
    ROLES,
    SECTIONS,
    Catalogue,
    MethodType,
    OptimiserType,
    ScheduleType,
    SourceType,
    Unreadable,
)
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.calls import settle, where
from hypertune.semantics.errors.data import UnreadableFile
from hypertune.semantics.errors.statements import Duplicate
from hypertune.semantics.errors.tuning import (
    CannotRefit,
    EndlessSchedule,
    MissingLength,
    MissingOptimiser,
    NoRule,
    UnusedOptimiser,
    WantsWholeBatch,
)
from hypertune.semantics.scope.findings import Failed, attempt, every
from hypertune.semantics.scope.scope import Scope
from hypertune.semantics.sections.settings import Settings, read_settings
from hypertune.syntax import ast


@frozen
class TuneFacts:
    """A tune block with the declaration of its method."""

    method: MethodType | None  # None: not known
    options: Mapping[str, ir.Value]
    place: Span  # of the method
    refit: Span | None  # of what says that the network is trained again, if anything does
    tune: ir.Tune | None  # None: something in it is wrong


def read_tune(section: ast.Section, scope: Scope) -> TuneFacts:
    """Everything between the braces of `tune`."""
    settings = read_settings(section, scope)
    expr = attempt(settings.need, "method")
    settled = attempt(settle, expr, MethodType, scope) if expr else None
    place = expr.span if expr else section.kind.span
    if expr and settled:
        _look(expr, *settled, scope)
    tune = attempt(_tune, settings, settled, place)
    method, options = (settled[0], settled[1].args) if settled else (None, {})
    again = settings.expr("refit") if tune and tune.refit else None
    return TuneFacts(method, options, place, again.span if again else None, tune)


def check_batches(plans: Iterable[TuneFacts], batch: int | None, scope: Scope) -> None:
    """Refuse batches where a method wants the whole of the training part."""
    for plan in plans:
        if batch is not None and plan.method and plan.method.whole_batch:
            scope.findings.add(WantsWholeBatch(plan.place, plan.method.name))


def check_refits(plans: Iterable[TuneFacts], source: SourceType | None, scope: Scope) -> None:
    """Refuse to train again what cannot be."""
    hypers = [declared.hyper for declared in scope.knowledge.hypers.values()]
    for plan in plans:
        if plan.refit and plan.tune:
            why = no_refit(plan.tune, hypers, source, scope.knowledge.catalogue)
            if why:
                scope.findings.add(CannotRefit(plan.refit, why))


def no_refit(
    tune: ir.Tune, hypers: Iterable[ir.Hyper], source: SourceType | None, catalogue: Catalogue
) -> str:
    """Why a network cannot be trained again on training and validation part; empty if it can."""
    if source and source.sequence:
        return f"the parts of `{source.name}` are texts of their own"
    if "weights" not in tune.optimisers:
        return f"`{tune.method.kind}` has no optimiser of the weights"
    plan = tune.schedule
    if plan and catalogue.of(ScheduleType)[plan.kind].factor is None:
        return f"`{plan.kind}` goes by the validation loss, and its examples are trained on then"
    tunes = catalogue.of(MethodType)[tune.method.kind].follows
    several = [h for h in hypers if tunes and h.over and not h.frozen]
    placed = [h for h in hypers if h.over == "example" and isinstance(h.start, tuple)]
    many = [*several, *placed]
    return f"`{many[0].name}` has a value for each {many[0].over}" if many else ""


def _look(expr: ast.Expr, method: MethodType, call: ir.Call, scope: Scope) -> None:
    """Hold a file that the method reads against the hyperparameters."""
    domains = {
        name: (declared.domain, declared.hyper.domain.args)
        for name, declared in scope.knowledge.hypers.items()
        if not declared.hyper.over
    }
    try:
        method.look(call.args, domains)
    except Unreadable as fault:
        span = where(expr, method, fault.argument or method.args[0].name)
        finding = UnreadableFile(span, method.name, str(fault), fault.name, fault.known)
        scope.findings.add(finding)


def _tune(settings: Settings, method: tuple[MethodType, ir.Call] | None, place: Span) -> ir.Tune:
    kind = method[0] if method else None
    readers: dict[str, Callable[[], Any]] = {
        "optimisers": lambda: _optimisers(settings, kind, place),
        "schedule": lambda: _schedule(settings),
        "length": lambda: _length(settings),
    }
    for key, setting in SECTIONS["tune"].items():
        if setting.arg and key not in LENGTHS:
            readers[key] = partial(settings.value, key)
    fields = dict(zip(readers, every(lambda read: read(), readers.values()), strict=True))
    if method is None:
        raise Failed
    name = settings.section.name
    return ir.Tune(name=name.text if name else "", method=method[1], **fields)


def _optimisers(settings: Settings, method: MethodType | None, place: Span) -> dict[str, ir.Call]:
    """One for each role that the method has: as written, or the same as another role's."""
    scope = settings.scope
    written: dict[str, ir.Call | None] = {}  # None: wrong
    for role in ROLES:
        expr = settings.expr(role)
        if expr is not None:
            within = Scope(scope.knowledge, scope, role=role)
            settled = attempt(settle, expr, OptimiserType, within)
            written[role] = settled[1] if settled else None
            if settled and method and role == "weights":
                _check_rule(settled[0], expr.span, method, place, scope)
            if method and role not in method.optimisers:
                span = settings.by_key[role].key.span
                scope.findings.add(UnusedOptimiser(span, role, method.name))
    if method is None:
        raise Failed
    found: dict[str, ir.Call] = {}
    for role, other in method.optimisers.items():
        call = written.get(role) or written.get(other)
        if call:
            found[role] = call
        elif role not in written and not other and role not in settings.meant:
            scope.findings.add(MissingOptimiser(place, method.name, role))
    if len(found) < len(method.optimisers):
        raise Failed
    return found


def _check_rule(
    optimiser: OptimiserType, span: Span, method: MethodType, place: Span, scope: Scope
) -> None:
    """Refuse an optimiser that the method would have to look into, and cannot."""
    if method.differentiates and not optimiser.rule:
        others = scope.knowledge.kinds(OptimiserType).values()
        able = tuple(other.name for other in others if other.rule)
        scope.findings.add(NoRule(span, optimiser.name, method.name, place, able))


def _schedule(settings: Settings) -> ir.Call | None:
    expr = settings.expr("schedule")
    if expr is None:
        return None
    schedule, length = settle(expr, ScheduleType, settings.scope)[1], attempt(_length, settings)
    if length and is_endless(schedule, length):
        budget = settings.by_key["budget"].span
        raise settings.scope.fail(EndlessSchedule(expr.span, schedule.kind, budget))
    return schedule


def is_endless(schedule: ir.Call, length: ir.Quantity) -> bool:
    """Whether a schedule ends with the run, and the run after a time."""
    ends = "t_max" in schedule.args and schedule.args["t_max"] is None
    return ends and length.unit == "seconds"


def _length(settings: Settings) -> ir.Quantity:
    """Exactly one of `epochs`, `steps` and `budget`."""
    scope = settings.scope
    given = [settings.by_key[key] for key in LENGTHS if key in settings.by_key]
    if not given:
        if settings.meant.isdisjoint(LENGTHS):
            scope.findings.add(MissingLength(settings.section.kind.span))
        raise Failed
    first, *more = sorted(given, key=lambda setting: setting.span.start)
    for other in more:
        scope.findings.add(Duplicate(other.key.span, "length of the training", first.key.span))
    length: ir.Quantity = settings.value(first.key.text)
    return length
