"""`split`: which examples train, which validate, which are kept for the test."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import frozen

from hypertune.catalogue import Arg, SourceType
from hypertune.catalogue.splits import part_sizes
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.constants import evaluate
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
from hypertune.semantics.scope.scope import FAILED, Failed, Scope
from hypertune.semantics.sections.settings import Settings
from hypertune.syntax import ast

PARTS: Final[tuple[str, ...]] = ("train", "valid", "test")
_OPTIONS: Final = ("seed", "stratified")
_STRATIFIED: Final = Arg("stratified", "bool", "whether classes are divided evenly", False)
_SEED: Final = Arg("seed", "int", "what the shuffle starts from", 0, low=0)


@frozen
class Split:
    """Parts as written, the seed, and how many examples each part gets where that is known."""

    parts: Mapping[str, float | int]
    seed: int | None
    sizes: Mapping[str, int]
    stratified: bool = False


def read_split(settings: Settings, source: SourceType | None) -> Split | None:
    """The split that is written, checked against the source; None if it is wrong."""
    scope = settings.scope
    kept = frozenset(source.sizes) if source else frozenset()
    # Standard sets that keep a test part have a customary order; others may be sorted.
    customary = "test" in kept and source is not None and source.look is None
    unwritten = None if customary else 0
    if source and kept >= {"train", "valid"} and settings.expr("split") is None:
        return Split({"train": 1.0}, unwritten, source.sizes)
    if source is None and settings.expr("source") and settings.expr("split") is None:
        return None  # a source that is not known may keep parts of its own
    expr = settings.need("split", "split = (train = 60%, valid = 20%, test = 20%)")
    if expr is None:
        return None
    items = _items(expr, scope)
    if items is None:
        return None
    shuffle = convert(_SEED, items["seed"].value, "split", scope) if "seed" in items else None
    stratified = _stratified(items, source, scope)
    parts = {part: _size(items[part], scope) for part in PARTS if part in items}
    settled = {part: size for part, size in parts.items() if not isinstance(size, Failed)}
    complete = _has_all(parts, kept, expr.span, scope) if source else True
    given = [part for part in ("valid", "test") if part in kept and part in items]
    if given and source:
        for part in given:
            scope.findings.add(PartKept(items[part].span, source.name, part))
        return None
    if not complete or len(settled) < len(parts) or isinstance(shuffle, Failed):
        return None
    if isinstance(stratified, Failed):
        return None
    seed = shuffle if isinstance(shuffle, int) else unwritten
    sizes = _sizes(settled, items, source, expr.span, scope)
    return None if sizes is None else Split(settled, seed, sizes, stratified)


def _stratified(
    items: Mapping[str, ast.Arg], source: SourceType | None, scope: Scope
) -> bool | Failed:
    item = items.get("stratified")
    if item is None:
        return False
    value = convert(_STRATIFIED, item.value, "split", scope)
    if value and source and not source.classes:
        scope.findings.add(NothingToStratify(item.span, source.name))
    return value if isinstance(value, bool) else FAILED


def _items(expr: ast.Expr, scope: Scope) -> dict[str, ast.Arg] | None:
    """Each part and the seed by name; None if the parts cannot be told."""
    if not isinstance(expr, ast.Tuple):
        scope.findings.add(NotASplit(expr.span))
        return None
    items: dict[str, ast.Arg] = {}
    fine = True
    for item in expr.items:
        if item.name is None:
            scope.findings.add(NotASplit(expr.span))
            return None
        if item.name.text not in (*PARTS, *_OPTIONS):
            scope.findings.add(UnknownPart(item.name.span, item.name.text, (*PARTS, *_OPTIONS)))
            fine = False
        elif item.name.text in items:
            name = item.name.text
            scope.findings.add(PartTwice(item.name.span, name, items[name].span))
            fine = False  # one of the two may have been meant for a part that is missing
        else:
            items[item.name.text] = item
    return items if fine else None


def _size(item: ast.Arg, scope: Scope) -> float | int | Failed:
    value = evaluate(item.value, scope)
    if isinstance(value, Failed):
        return FAILED
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, int | float) or not number or value < 0:
        scope.findings.add(NotAPart(item.value.span))
        return FAILED
    if isinstance(value, float) and value > 1:
        scope.findings.add(NotAPart(item.value.span))
        return FAILED
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
) -> dict[str, int] | None:
    """How many examples each part gets; nothing where the source does not know its size."""
    total = source.sizes.get("all", source.sizes.get("train")) if source else None
    share = sum(size for size in parts.values() if isinstance(size, float))
    if share > 1 + 1e-9:
        where = f"they are {100 * share:g}% in all"
        scope.findings.add(TooManyExamples(span, "add up to more than 100%", where))
        return None
    if source is None or total is None:
        sizes = {part: 0 for part, size in parts.items() if size == 0}
    else:
        try:
            sizes = part_sizes(parts, total)
        except ValueError:
            where = f"`{source.name}` has {total:_} to be split"
            scope.findings.add(
                TooManyExamples(span, "ask for more examples than there are", where)
            )
            return None
    for part in (part for part, size in sizes.items() if size == 0):
        scope.findings.add(EmptyPart(items[part].value.span, part))
    return sizes if total is not None else {}
