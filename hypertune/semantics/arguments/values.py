"""One written value against the declaration of the argument or setting that it is for."""

from __future__ import annotations

from posixpath import dirname, join, normpath

from attrs import evolve, frozen

from hypertune import ir
from hypertune.catalogue import Arg, Use
from hypertune.diagnostics import Diagnostic, Note, Span
from hypertune.semantics.arguments.advice import advice_on
from hypertune.semantics.arguments.constants import WORDS, describe, evaluate
from hypertune.semantics.arguments.conversions import (
    WrongSort,
    converted,
    outlier,
    range_of,
    wanted,
    wrong_length,
)
from hypertune.semantics.errors.arguments import OutOfRange, UnknownWord, WrongLength, WrongType
from hypertune.semantics.errors.labels import LabelWanted
from hypertune.semantics.errors.passing import (
    ChoiceMisplaced,
    ChoiceTooWide,
    ConstantWanted,
    DomainTooWide,
    EachMisplaced,
    PerBatchWanted,
    WholeDomainWanted,
)
from hypertune.semantics.scope.findings import Failed
from hypertune.semantics.scope.labels import Labels, named
from hypertune.semantics.scope.scope import Constant, Declared, HyperUse, Scope
from hypertune.syntax import ast


def convert(
    arg: Arg, expr: ast.Expr, owner: str, scope: Scope, labels: Labels | None = None
) -> ir.Value:
    """The value of `expr` as `arg` wants it; `owner` is the kind or section it belongs to."""
    place = _Place(arg, expr.span, owner, scope, expr)
    unset = (arg.unset,) if arg.default is None else ()
    if isinstance(expr, ast.Name) and expr.text in unset:
        return None
    of_words = arg.type == "string" or (arg.choices and expr.span.text not in WORDS)
    if isinstance(expr, ast.Name) and of_words and not scope.find(expr.text):
        return place.word(expr.text)
    if arg.type == "label" and labels:
        return _label(arg, expr, owner, labels)
    if isinstance(expr, ast.Name) and arg.type == "bool" and place.means_nothing(expr.text):
        raise place.wrong_type(f"`{expr.text}`")
    value = evaluate(expr, scope, unset)
    return place.reference(value) if isinstance(value, ir.Ref) else place.constant(value)


def _label(arg: Arg, expr: ast.Expr, owner: str, labels: Labels) -> ir.Value:
    if not isinstance(expr, ast.Name):
        form = f"{arg.name} = {{}}"
        raise labels.findings.fail(LabelWanted(expr.span, arg.name, form, named(expr)))
    found = labels.find(expr)
    if found.shape is None:
        raise Failed
    return ir.Label(found.node)


@frozen
class _Place:
    """Where a value is written, and the argument that it is for."""

    arg: Arg
    span: Span
    owner: str
    scope: Scope
    expr: ast.Expr | None = None

    def fail(self, diagnostic: Diagnostic) -> Failed:
        """Tell a mistake, and where the value was passed if a parameter of a block stands here."""
        name = self.expr.text if isinstance(self.expr, ast.Name) else ""
        meaning = self.scope.find(name)
        if isinstance(meaning, Constant) and meaning.origin:
            passed = Note(f"`{name}` is passed here", meaning.origin)
            diagnostic = evolve(diagnostic, causes=(passed,))  # type: ignore[misc]  # of attrs
        return self.scope.fail(diagnostic)

    def means_nothing(self, name: str) -> bool:
        return name not in WORDS and self.scope.find(name) is None

    def wrong_type(self, found: str, advice: str = "") -> Failed:
        arg = self.arg
        return self.fail(WrongType(self.span, self.owner, arg.name, wanted(arg), found, advice))

    def word(self, word: str) -> ir.Value:
        arg = self.arg
        if arg.choices and word not in arg.choices:
            raise self.fail(UnknownWord(self.span, self.owner, arg.name, word, arg.choices))
        return word

    def constant(self, value: ir.Value) -> ir.Value:
        arg = self.arg
        try:
            fit = converted(arg, value)
        except WrongSort:
            advice = advice_on(arg, self.owner, value, self.expr)
            raise self.wrong_type(describe(_at_fault(arg, value)), advice) from None
        if isinstance(fit, str):
            return seen_from(self.span.source.name, fit) if arg.type == "path" else self.word(fit)
        number, count = outlier(arg, fit), wrong_length(arg, fit)
        if number is not None:
            shown = f"{number:g}"
            raise self.fail(OutOfRange(self.span, self.owner, arg.name, shown, range_of(arg)))
        if count is not None and isinstance(arg.count, int):
            raise self.fail(WrongLength(self.span, self.owner, arg.name, arg.count, count))
        return fit

    def reference(self, ref: ir.Ref) -> ir.Value:
        """A hyperparameter: the argument must take one, and be able to take all its values."""
        arg = self.arg
        if arg.use is None:
            finding = ConstantWanted(self.span, self.owner, arg.name, ref.hyper, arg.doc)
            raise self.fail(finding)
        declared = self.scope.knowledge.hypers.get(ref.hyper)
        if declared is None:  # its own declaration is wrong, which is reported there
            raise Failed
        smooth_but_floored = declared.domain.discrete and arg.use is Use.SMOOTH
        use = Use.DISCRETE if smooth_but_floored else arg.use
        here = HyperUse(ref.hyper, use, self.span, self.scope.role)
        self.scope.knowledge.uses[here] = None
        mistake = self._misfit(ref.hyper, declared)
        if mistake:
            raise self.fail(mistake)
        return ref

    def _misfit(self, name: str, declared: Declared) -> Diagnostic | None:
        arg, span, owner = self.arg, self.span, self.owner
        words = declared.words
        if (arg.type == "string") != bool(words):
            wanted = "a number" if words else "a word"
            listed = words or arg.choices
            return ChoiceMisplaced(span, owner, arg.name, name, wanted, listed, declared.span)
        for word in words:
            if word not in arg.choices:
                known = arg.choices
                return ChoiceTooWide(span, owner, arg.name, name, word, known, declared.span)
        over = declared.hyper.over
        if over and (arg.use is Use.OPTIMISER or over != arg.each):
            why = f"`{arg.name}` of `{owner}` cannot have so many"
            return EachMisplaced(span, name, over, why, declared.span)
        if arg.type == "int" and not declared.domain.discrete:
            return WholeDomainWanted(span, owner, arg.name, name, declared.span)
        if not _within(arg, declared):
            wanted, bounds = range_of(arg), declared.bounds
            return DomainTooWide(span, owner, arg.name, name, wanted, bounds, declared.span)
        if (
            arg.per_batch
            and not over
            and declared.hyper.per != "batch"
            and not declared.hyper.frozen
        ):
            return PerBatchWanted(span, owner, arg.name, name, declared.span)
        return None


def _at_fault(arg: Arg, value: ir.Value) -> ir.Value:
    """What is of the wrong sort: a value, or one of those that were gathered to a tuple."""
    if not arg.rest or not isinstance(value, tuple):
        return value
    return next(item for item in value if not isinstance(item, str))


def _within(arg: Arg, declared: Declared) -> bool:
    """Whether every value of the domain is one of the argument's; an open domain has no ends."""
    low, high = declared.bounds
    reaches = declared.domain.closed
    too_low = low < arg.low or (reaches and arg.open_low and low == arg.low)
    too_high = high > arg.high or (reaches and arg.open_high and high == arg.high)
    return not (too_low or too_high)


def seen_from(file: str, path: str) -> str:
    """A path that is written in a file, as the working directory sees it."""
    if not path or path.startswith("~") or not dirname(file):
        return path
    return normpath(join(dirname(file), path))
