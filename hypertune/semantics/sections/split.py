"""`split`: which examples train, which validate, which are kept for the test."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from hypertune.catalogue import PARTS, SECTIONS, SourceType
from hypertune.catalogue.splits import part_sizes
from hypertune.diagnostics import Span
from hypertune.semantics.errors.arguments import MissingArgument
from hypertune.semantics.errors.data import DoesNotApply
from hypertune.semantics.errors.splits import (
    EmptyPart,
    NoTestPart,
    PartKept,
    TooManyExamples,
)
from hypertune.semantics.scope.findings import Failed
from hypertune.semantics.scope.scope import Scope
from hypertune.semantics.sections.settings import Settings
from hypertune.syntax import ast


@frozen
class Split:
    """Parts as written, the seed, and how many examples each part gets where that is known."""

    parts: Mapping[str, float | int]
    seed: int | None
    sizes: Mapping[str, int]
    stratified: bool = False


def read_split(settings: Settings, source: SourceType | None) -> Split:
    """The split that is written, checked against the source."""
    kept = frozenset(source.sizes) if source else frozenset()
    # Standard sets that keep a test part have a customary order; others may be sorted.
    customary = "test" in kept and source is not None and source.look is None
    unwritten = None if customary else 0
    if source and kept >= {"train", "valid"} and settings.expr("split") is None:
        return Split({"train": 1.0}, unwritten, source.sizes)
    if source is None and settings.expr("source") and settings.expr("split") is None:
        raise Failed  # a source that is not known may keep parts of its own
    span, (values, items) = settings.need("split").span, settings.named("split")
    parts = {part: values[part] for part in PARTS if values[part] is not None}
    if source:
        _check_parts(items, source, span, settings.scope)
    sizes = _sizes(parts, items, source, span, settings.scope)
    seed = values["seed"] if values["seed"] is not None else unwritten
    return Split(parts, seed, sizes, values["stratified"])


def _check_parts(
    items: Mapping[str, ast.Arg], source: SourceType, span: Span, scope: Scope
) -> None:
    """Whether all that is needed is written, and nothing that the source has or cannot have."""
    kept, fine = frozenset(source.sizes), True
    for part in ("valid", "test"):
        if part in kept and part in items:
            scope.findings.add(PartKept(items[part].span, source.name, part))
            fine = False
    for arg in SECTIONS["data"]["split"].args[:2]:
        if arg.name not in items and (arg.name == "train" or arg.name not in kept):
            scope.findings.add(MissingArgument(span, "split", arg.name, arg.doc))
            fine = False
    if fine and "test" not in items and "test" not in kept:
        scope.findings.add(NoTestPart(span))
    if "stratified" in items and not source.classes:
        span, why = items["stratified"].span, "its target is a number, not a class"
        scope.findings.add(DoesNotApply(span, "stratified", source.name, why))
        fine = False
    if not fine:
        raise Failed


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
