"""`data`: where the examples come from and how they are served."""

from __future__ import annotations

from typing import Final

from attrs import evolve, frozen

from hypertune import ir
from hypertune.catalogue import Arg, AugmentType, CorruptionType, SourceType, Unreadable
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.calls import settle
from hypertune.semantics.arguments.constants import evaluate
from hypertune.semantics.arguments.values import convert
from hypertune.semantics.errors.data import (
    AugmentRank,
    BatchTooLarge,
    NotABatch,
    NotAScale,
    NotASequence,
    NothingToCorrupt,
    UnreadableData,
    WrongChannels,
)
from hypertune.semantics.scope.scope import Failed, Scope
from hypertune.semantics.sections.settings import Settings, read_settings
from hypertune.semantics.sections.split import Split, read_split
from hypertune.syntax import ast

KEYS: Final = (
    "source",
    "root",
    "download",
    "split",
    "scale",
    "corrupt",
    "augment",
    "batch",
    "window",
)

_SCALE: Final = {
    "mean": Arg("mean", "numbers", "what is taken away, one number or one per channel"),
    "std": Arg("std", "numbers", "what is divided by", low=0, open_low=True),
}


@frozen
class DataFacts:
    """What the other sections must know of the data; the rest settles once all is right."""

    source: SourceType | None
    place: Span  # of the source
    data: ir.Data | None


def read_data(section: ast.Section, scope: Scope) -> DataFacts:
    """Everything between the braces of `data`."""
    settings = read_settings(section, KEYS, scope)
    source, call, place = _source(settings)
    split = read_split(settings, source)
    scale = _scale(settings, source)
    corrupt = _corrupt(settings, source)
    augment = _augment(settings, source)
    batch = _batch(settings, source, split)
    _check_window(settings, source)
    if isinstance(scale, Failed) or isinstance(corrupt, Failed):
        return DataFacts(source, place, None)
    if call is None or split is None or augment is None:
        return DataFacts(source, place, None)
    data = ir.Data(call, split.parts, split.seed, scale, augment, batch, corrupt, split.stratified)
    return DataFacts(source, place, data)


def _source(settings: Settings) -> tuple[SourceType | None, ir.Call | None, Span]:
    """`root` and `download` are arguments of the source that may stand on lines of their own."""
    scope = settings.scope
    expr = settings.need("source", "source = digits")
    if expr is None:
        return None, None, settings.section.kind.span
    extra = tuple(
        ast.Arg(s.span, s.key, s.value)
        for key, s in settings.by_key.items()
        if key in ("root", "download")
    )
    if isinstance(expr, ast.Name) and extra:
        expr = ast.Call(expr.span, expr, ())
    if isinstance(expr, ast.Call):
        expr = evolve(expr, args=(*expr.args, *extra))
    settled = settle(expr, SourceType, scope)
    if settled is None:
        name = expr.kind.text if isinstance(expr, ast.Call) else getattr(expr, "text", "")
        named = scope.knowledge.kinds(SourceType).get(name)
        # Of a user's own data nothing is known until it is seen.
        return named if named and named.shape else None, None, expr.span
    kind, call = settled
    try:
        return kind.seen(call.args), call, expr.span
    except Unreadable as fault:
        span, name, known = _where(expr, kind, fault.argument), fault.name, fault.known
        scope.findings.add(UnreadableData(span, kind.name, str(fault), name, known))
        return None, None, expr.span


def _where(expr: ast.Expr, kind: SourceType, argument: str) -> Span:
    """The argument of a source that is at fault; all of it, if none is by itself."""
    args = expr.args if isinstance(expr, ast.Call) else ()
    for declared, written in zip(kind.args, args, strict=False):
        if (written.name.text if written.name else declared.name) == argument:
            return written.value.span
    named = (written for written in args if written.name and written.name.text == argument)
    return next((written.value.span for written in named), expr.span)


def _scale(settings: Settings, source: SourceType | None) -> ir.Call | Failed | None:
    expr, scope = settings.expr("scale"), settings.scope
    if expr is None:
        return None
    if isinstance(expr, ast.Name) and expr.text == "standardize":
        return ir.Call("standardize")
    items = expr.items if isinstance(expr, ast.Tuple) else ()
    named = {item.name.text: item for item in items if item.name}
    if len(items) != 2 or named.keys() != _SCALE.keys():
        scope.findings.add(NotAScale(expr.span))
        return Failed()
    args: dict[str, ir.Value] = {}
    for name, arg in _SCALE.items():
        value = convert(arg, named[name].value, "scale", scope)
        if not isinstance(value, Failed) and _fits(value, named[name], source, scope):
            args[name] = value
    return ir.Call("normalize", args) if len(args) == len(_SCALE) else Failed()


def _fits(value: ir.Value, item: ast.Arg, source: SourceType | None, scope: Scope) -> bool:
    if source is None or not source.shape or not isinstance(value, tuple):
        return True
    channels = source.shape[0]
    if len(value) not in (1, channels):
        noun = "channel" if len(source.shape) > 1 else "feature"
        span = item.value.span
        scope.findings.add(WrongChannels(span, len(value), channels, noun, source.name))
        return False
    return True


def _corrupt(settings: Settings, source: SourceType | None) -> ir.Call | Failed | None:
    expr, scope = settings.expr("corrupt"), settings.scope
    if expr is None:
        return None
    settled = settle(expr, CorruptionType, scope)
    if settled is None:
        return Failed()
    kind, call = settled
    if source and kind.targets and kind.targets != ("classes" if source.classes else "real"):
        scope.findings.add(NothingToCorrupt(expr.span, kind.name, kind.targets, source.name))
    return call


def _check_window(settings: Settings, source: SourceType | None) -> None:
    """A window is of a sequence, which no source gives that is known; an unknown one may."""
    written = settings.by_key.get("window")
    if written and source:
        settings.scope.findings.add(NotASequence(written.key.span, source.name))


def _augment(settings: Settings, source: SourceType | None) -> tuple[ir.Call, ...] | None:
    expr, scope = settings.expr("augment"), settings.scope
    if expr is None:
        return ()
    written = [item.value for item in expr.items] if isinstance(expr, ast.Tuple) else [expr]
    calls: list[ir.Call] = []
    for item in written:
        settled = settle(item, AugmentType, scope)
        if settled is None:
            continue
        kind, call = settled
        if source and source.shape and kind.ranks and len(source.shape) not in kind.ranks:
            scope.findings.add(AugmentRank(item.span, kind.name, source.name, source.shape))
        calls.append(call)
    return tuple(calls) if len(calls) == len(written) else None


def _batch(settings: Settings, source: SourceType | None, split: Split | None) -> int | None:
    """The number of examples in a batch; None for all, or where it is wrong, which is told."""
    expr, scope = settings.need("batch", "batch = 64"), settings.scope
    if expr is None or (isinstance(expr, ast.Name) and expr.text == "all"):
        return None
    value = evaluate(expr, scope, ("all",))
    if isinstance(value, Failed):
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        scope.findings.add(NotABatch(expr.span))
        return None
    train = split.sizes.get("train") if split else None
    if train is not None and value > train:
        scope.findings.add(BatchTooLarge(expr.span, value, train))
    return value
