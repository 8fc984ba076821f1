"""`data`: where the examples come from and how they are served."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from attrs import evolve, frozen

from hypertune import ir
from hypertune.catalogue import (
    UNKNOWN,
    AugmentType,
    CorruptionType,
    SourceType,
    Unreadable,
    shortage,
)
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.calls import settle, where
from hypertune.semantics.errors.data import (
    BatchTooLarge,
    DoesNotApply,
    TextTooShort,
    UnreadableFile,
    WrongChannels,
)
from hypertune.semantics.scope.findings import Failed, attempt, every
from hypertune.semantics.scope.scope import Scope
from hypertune.semantics.sections.settings import Settings, read_settings
from hypertune.semantics.sections.split import Split, read_split
from hypertune.syntax import ast

Reader = Callable[[Settings, SourceType | None], Any]  # of one field of `ir.Data`

_NUMBERS: Final = "tokens are no numbers"
_NOT_OF_TEXT: Final = {
    "split": "its parts are texts of their own",
    "scale": _NUMBERS,
    "corrupt": "its targets are its own next tokens",
}


@frozen
class DataFacts:
    """What the other sections must know of the data; the rest settles once all is right."""

    source: SourceType | None  # None: not known
    place: Span  # of the source
    data: ir.Data | None  # None: something in it is wrong


def read_data(section: ast.Section, scope: Scope) -> DataFacts:
    """Everything between the braces of `data`."""
    settings = read_settings(section, scope)
    expr = attempt(_source, settings)
    source, call = _settled(expr, scope) if expr else (None, None)
    window = attempt(_window, settings, source)
    data = attempt(_data, settings, source, call, window)
    source = source.in_windows(window) if source else None
    return DataFacts(source, expr.span if expr else section.kind.span, data)


def _source(settings: Settings) -> ast.Expr:
    """`root` and `download` are arguments of the source that may stand on lines of their own."""
    expr = settings.need("source")
    extra = tuple(
        ast.Arg(s.span, s.key, s.value)
        for key, s in settings.by_key.items()
        if key in ("root", "download")
    )
    if isinstance(expr, ast.Name) and extra:
        expr = ast.Call(expr.span, expr, ())
    return evolve(expr, args=(*expr.args, *extra)) if isinstance(expr, ast.Call) else expr


def _settled(expr: ast.Expr, scope: Scope) -> tuple[SourceType | None, ir.Call | None]:
    """The source as far as it is known, and its call unless that is wrong."""
    settled = attempt(settle, expr, SourceType, scope)
    if settled:
        return attempt(_seen, expr, *settled, scope), settled[1]
    name = expr.kind.text if isinstance(expr, ast.Call) else getattr(expr, "text", "")
    named = scope.knowledge.kinds(SourceType).get(name)
    # Of a user's own data nothing is known until it is seen.
    return named if named and named.shape else None, None


def _seen(expr: ast.Expr, kind: SourceType, call: ir.Call, scope: Scope) -> SourceType:
    try:
        return kind.seen(call.args)
    except Unreadable as fault:
        span = where(expr, kind, fault.argument)
        finding = UnreadableFile(span, kind.name, str(fault), fault.name, fault.known)
        raise scope.fail(finding) from None


def _data(
    settings: Settings, source: SourceType | None, call: ir.Call | None, window: int | None
) -> ir.Data:
    split = attempt(_split, settings, source)
    readers: tuple[Reader, ...] = (_scale, _augment, partial(_batch, split=split), _corrupt)
    scale, augment, batch, corrupt = every(lambda read: read(settings, source), readers)
    if call is None or split is None or (source and source.sequence and not window):
        raise Failed
    if batch and window:
        _check_length(settings, split, batch, window)
    parts, seed, stratified = split.parts, split.seed, split.stratified
    return ir.Data(call, parts, seed, scale, augment, batch, corrupt, stratified, window)


def _split(settings: Settings, source: SourceType | None) -> Split:
    """What is written, or the parts of a text, which stay as they are."""
    if source is None or not source.sequence:
        return read_split(settings, source)
    _check_text(settings, source)
    return Split({"train": 1.0}, None, source.sizes)


def _scale(settings: Settings, source: SourceType | None) -> ir.Call | None:
    expr = settings.expr("scale")
    if expr is None:
        return None
    if isinstance(expr, ast.Name) and expr.text == "standardize":
        return ir.Call("standardize")
    values, items = settings.named("scale")
    if source and source.shape:
        for name, value in values.items():
            _check_channels(value, items[name].value.span, source, settings.scope)
    return ir.Call("normalize", values)


def _check_channels(value: ir.Value, span: Span, source: SourceType, scope: Scope) -> None:
    """One number, or as many as the source has channels."""
    channels = source.shape[0]
    if isinstance(value, tuple) and len(value) not in (1, channels):
        noun = "channel" if len(source.shape) > 1 else "feature"
        scope.findings.add(WrongChannels(span, len(value), channels, noun, source.name))


def _corrupt(settings: Settings, source: SourceType | None) -> ir.Call | None:
    expr, scope = settings.expr("corrupt"), settings.scope
    if expr is None:
        return None
    kind, call = settle(expr, CorruptionType, scope)
    if source and kind.targets and kind.targets != ("classes" if source.classes else "real"):
        why = f"it damages targets that are {kind.targets}"
        scope.findings.add(DoesNotApply(expr.span, kind.name, source.name, why))
    return call


def _window(settings: Settings, source: SourceType | None) -> int | None:
    """How many steps of a text a batch has; nothing for another source, or an unknown one."""
    written = settings.by_key.get("window")
    if source is None:
        return None
    if source.sequence:
        settings.need("window")
        window: int | None = settings.value("window")
        return window
    if written:
        why = "its examples stand each for itself"
        settings.scope.findings.add(DoesNotApply(written.key.span, "window", source.name, why))
    return None


def _check_text(settings: Settings, source: SourceType) -> None:
    """Refuse what can only be had of numbers, or of examples that stand each for itself."""
    for key, why in _NOT_OF_TEXT.items():
        written = settings.by_key.get(key)
        if written:
            settings.scope.findings.add(DoesNotApply(written.key.span, key, source.name, why))


def _check_length(settings: Settings, split: Split, batch: int, window: int) -> None:
    why = shortage(split.sizes, batch, window)
    if why:
        settings.scope.findings.add(TextTooShort(settings.by_key["window"].key.span, why))


def _augment(settings: Settings, source: SourceType | None) -> tuple[ir.Call, ...]:
    scope = settings.scope

    def read(item: ast.Expr) -> ir.Call:
        kind, call = settle(item, AugmentType, scope)
        if source:
            _check_augment(item.span, kind, source, scope)
        return call

    return tuple(every(read, settings.items("augment")))


def _check_augment(span: Span, kind: AugmentType, source: SourceType, scope: Scope) -> None:
    """An augmentation must be for such examples."""
    if source.sequence and kind.on != "tokens":
        why = _NUMBERS
    elif kind.on == "tokens" and not source.sequence:
        why = "it has no tokens"
    elif kind.unknown and UNKNOWN not in source.class_names:
        why = f"it has no `{UNKNOWN}`"
    elif source.shape and kind.ranks and len(source.shape) not in kind.ranks:
        why = f"its examples have the shape {ir.print_shape(source.shape)}"
    else:
        return
    scope.findings.add(DoesNotApply(span, kind.name, source.name, why))


def _batch(settings: Settings, source: SourceType | None, split: Split | None) -> int | None:
    """The number of examples in a batch; None for all."""
    span, scope = settings.need("batch").span, settings.scope
    batch: int | None = settings.value("batch")
    train = split.sizes.get("train") if split else None
    if source and source.sequence:
        if batch is None:
            why = "`batch` says how many streams it is cut into"
            raise scope.fail(DoesNotApply(span, "batch = all", source.name, why))
    elif train is not None and batch and batch > train:
        scope.findings.add(BatchTooLarge(span, batch, train))
    return batch
