"""`split`: which examples train, which validate, which are kept for the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from attrs import frozen

from hypertune.catalogue import Arg, SourceType
from hypertune.catalogue.splits import part_sizes
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.constants import evaluate, is_number
from hypertune.semantics.arguments.values import convert
from hypertune.semantics.errors.splits import (
    EmptyPart,
    MissingPart,
    NotAPart,
    NotASplit,
    NoTestPart,
    NothingToStratify,
    PartKept,
    PartTwice,
    TooManyExamples,
    UnknownPart,
)
from hypertune.semantics.scope.findings import Failed, attempt, every
from hypertune.semantics.scope.scope import Scope
from hypertune.semantics.sections.settings import Settings
from hypertune.syntax import ast

PARTS: Final[tuple[str, ...]] = ("train", "valid", "test")
_OPTIONS: Final = (
    Arg("seed", "int", "what the shuffle starts from", 0, low=0),
    Arg("stratified", "bool", "whether classes are divided evenly", False),
)
_NAMES: Final = (*PARTS, *(option.name for option in _OPTIONS))


@frozen
class Split:
    """Parts as written, the seed, and how many examples each part gets where that is known."""

    parts: Mapping[str, float | int]
    seed: int | None
    sizes: Mapping[str, int]
    stratified: bool = False


def read_split(settings: Settings, source: SourceType | None) -> Split:
    """The split that is written, checked against the source."""
    scope = settings.scope
    kept = frozenset(source.sizes) if source else frozenset()
    # Standard sets that keep a test part have a customary order; others may be sorted.
    customary = "test" in kept and source is not None and source.look is None
    unwritten = None if customary else 0
    if source and kept >= {"train", "valid"} and settings.expr("split") is None:
        return Split({"train": 1.0}, unwritten, source.sizes)
    if source is None and settings.expr("source") and settings.expr("split") is None:
        raise Failed  # a source that is not known may keep parts of its own
    expr = settings.need("split", "split = (train = 60%, valid = 20%, test = 20%)")
    items = _items(expr, scope)
    options = attempt(lambda items: _options(items, source, scope), items)
    names = [part for part in PARTS if part in items]
    sizes = attempt(lambda names: every(lambda part: _size(items[part], scope), names), names)
    complete = _has_all(items, kept, expr.span, scope) if source else True
    given = [part for part in ("valid", "test") if part in kept and part in items]
    for part in given if source else ():
        scope.findings.add(PartKept(items[part].span, source.name if source else "", part))
    if given or not complete or sizes is None or options is None:
        raise Failed
    parts = dict(zip(names, sizes, strict=True))
    counts = _sizes(parts, items, source, expr.span, scope)
    seed, stratified = options.get("seed", unwritten), options.get("stratified", False)
    return Split(parts, seed, counts, stratified)


def _options(
    items: Mapping[str, ast.Arg], source: SourceType | None, scope: Scope
) -> dict[str, Any]:
    """What is written besides the parts."""
    written = [option for option in _OPTIONS if option.name in items]
    values = every(lambda arg: convert(arg, items[arg.name].value, "split", scope), written)
    options = {option.name: value for option, value in zip(written, values, strict=True)}
    if options.get("stratified") and source and not source.classes:
        scope.findings.add(NothingToStratify(items["stratified"].span, source.name))
    return options


def _items(expr: ast.Expr, scope: Scope) -> dict[str, ast.Arg]:
    """Each part and the seed by name."""
    if not isinstance(expr, ast.Tuple) or any(item.name is None for item in expr.items):
        raise scope.fail(NotASplit(expr.span))
    items: dict[str, ast.Arg] = {}

    def read(item: ast.Arg) -> None:
        name = item.name
        assert name
        if name.text not in _NAMES:
            raise scope.fail(UnknownPart(name.span, name.text, _NAMES))
        if name.text in items:  # one of the two may have been meant for a part that is missing
            raise scope.fail(PartTwice(name.span, name.text, items[name.text].span))
        items[name.text] = item

    every(read, expr.items)
    return items


def _size(item: ast.Arg, scope: Scope) -> float | int:
    value = evaluate(item.value, scope)
    if not is_number(value) or value < 0 or (isinstance(value, float) and value > 1):
        raise scope.fail(NotAPart(item.value.span))
    return value


def _has_all(parts: Mapping[str, object], kept: frozenset[str], span: Span, scope: Scope) -> bool:
    missing = [p for p in ("train", "valid") if p not in parts and (p == "train" or p not in kept)]
    for part in missing:
        scope.findings.add(MissingPart(span, part))
    if not missing and "test" not in parts and "test" not in kept:
        scope.findings.add(NoTestPart(span))
    return not missing


def _sizes(
    parts: Mapping[str, float | int],
    items: Mapping[str, ast.Arg],
    source: SourceType | None,
    span: Span,
    scope: Scope,
) -> dict[str, int]:
    """How many examples each part gets; nothing where the source does not know its size."""
    total = source.sizes.get("all", source.sizes.get("train")) if source else None
    share = sum(size for size in parts.values() if isinstance(size, float))
    if share > 1 + 1e-9:
        where = f"they are {100 * share:g}% in all"
        raise scope.fail(TooManyExamples(span, "add up to more than 100%", where))
    if source is None or total is None:
        sizes = {part: 0 for part, size in parts.items() if size == 0}
    else:
        try:
            sizes = part_sizes(parts, total)
        except ValueError:
            where = f"`{source.name}` has {total:_} to be split"
            finding = TooManyExamples(span, "ask for more examples than there are", where)
            raise scope.fail(finding) from None
    for part in (part for part, size in sizes.items() if size == 0):
        scope.findings.add(EmptyPart(items[part].value.span, part))
    return sizes if total is not None else {}
