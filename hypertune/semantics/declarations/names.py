"""`let`, `hyper` and `block`: what the names of a spec stand for."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final

from hypertune import ir
from hypertune.catalogue import DomainType, LayerType, MergeType
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.calls import settle
from hypertune.semantics.arguments.constants import FUNCTIONS, count, evaluate
from hypertune.semantics.declarations.starts import (
    Settled,
    Starts,
    read_prior,
    read_spread,
    read_starts,
)
from hypertune.semantics.errors.arguments import WrongLength
from hypertune.semantics.errors.hypers import NotAStart
from hypertune.semantics.errors.names import DeclaredTwice, NotConstant, ReservedName
from hypertune.semantics.errors.passing import EachMisplaced
from hypertune.semantics.scope.findings import attempt
from hypertune.semantics.scope.scope import (
    Constant,
    Declared,
    Knowledge,
    Piece,
    Scope,
    Tunable,
    Unknown,
)
from hypertune.syntax import ast

RESERVED: Final = frozenset({"true", "false", "none", "all", "input", *FUNCTIONS})
EACH: Final = ("example", "weight")  # of which there may be a hyperparameter for every one
_LARGEST_VECTOR: Final = 10_000

Declaration = ast.Let | ast.Hyper | ast.Block


def declare(statements: Iterable[Declaration], knowledge: Knowledge) -> Scope:
    """The scope of the whole spec. A constant may use those declared above it."""
    statements = tuple(statements)
    places: dict[str, Span] = {}
    for name in (name for statement in statements for name in _names(statement)):
        places.setdefault(name.text, name.span)
    scope = Scope(knowledge, later=places)
    layers = {*knowledge.kinds(LayerType), *knowledge.kinds(MergeType)}
    for statement in statements:
        match statement:
            case ast.Let():
                _declare_constant(statement, scope)
            case ast.Hyper():
                _declare_hypers(statement, scope)
            case ast.Block():
                if _is_free(statement.name, scope, layers):
                    scope.declare(statement.name.text, Piece(statement), statement.name.span)
    return scope


def _names(statement: Declaration) -> Iterator[ast.Name]:
    if isinstance(statement, ast.Hyper):
        yield from (item.name for item in statement.names)
    else:
        yield statement.name


def _is_free(name: ast.Name, scope: Scope, taken: Container[str] = ()) -> bool:
    """Whether a name can be declared, or else a mistake. `taken` are names of layer types."""
    first = scope.place(name.text)
    if name.text in RESERVED or name.text in taken:
        why = "a layer type" if name.text in taken else "a word of the language"
        scope.findings.add(ReservedName(name.span, name.text, why))
    elif first is not None:
        scope.findings.add(DeclaredTwice(name.span, name.text, first))
    return name.text not in RESERVED and name.text not in taken and first is None


def _declare_constant(let: ast.Let, scope: Scope) -> None:
    value = attempt(_constant, let, scope)
    if _is_free(let.name, scope):
        meaning = Unknown() if value is None else Constant(value)
        scope.declare(let.name.text, meaning, let.name.span)


def _constant(let: ast.Let, scope: Scope) -> ir.Value:
    value = evaluate(let.value, scope)
    if _names_hyper(let.value, scope):
        raise scope.fail(NotConstant(let.value.span, let.name.text))
    return value


def _names_hyper(expr: ast.Expr, scope: Scope) -> bool:
    """Whether a hyperparameter stands in an expression that has a value: in itself or a tuple."""
    match expr:
        case ast.Name() | ast.Index(name=ast.Name()):
            name = expr.name if isinstance(expr, ast.Index) else expr
            return isinstance(scope.find(name.text), Tunable)
        case ast.Tuple(items=items):
            return any(_names_hyper(item.value, scope) for item in items)
    return False


def _declare_hypers(statement: ast.Hyper, scope: Scope) -> None:
    settled = attempt(settle, statement.domain, DomainType, scope)
    start = attempt(read_starts, statement, settled, scope)
    spread = attempt(read_spread, statement, scope) or 1.0
    prior = attempt(read_prior, statement, scope)
    for item in statement.names:
        over = _over(item)
        if over and settled and settled[0].words(settled[1].args):
            why = "a choice of words is one for all"
            scope.findings.add(EachMisplaced(item.span, item.name.text, over, why, item.name.span))
        names = attempt(_elements, item, scope) or (item.name.text,)
        if not _is_free(item.name, scope):
            continue
        vector = item.size is not None and not over
        scope.declare(item.name.text, Tunable(names, vector), item.name.span)
        starts = None if start is None else attempt(_each, item, start, names, statement, scope)
        if settled is None or starts is None:
            continue
        for name, begins in zip(names, starts, strict=True):
            declared = _declared(name, begins, statement, settled, spread, prior, item)
            scope.knowledge.hypers[name] = declared


def _each(
    item: ast.HyperName,
    start: Starts,
    names: tuple[str, ...],
    statement: ast.Hyper,
    scope: Scope,
) -> Sequence[Starts]:
    """What each of the names starts from: the same, or its own item of a tuple."""
    if not isinstance(start, tuple) or _over(item):
        return [start] * len(names)
    place = statement.start.span if statement.start else statement.span
    if item.size is None:
        raise scope.fail(NotAStart(place, "a tuple", "a number"))
    if len(start) != len(names):
        wrong = WrongLength(place, item.name.text, "initial value", len(names), len(start))
        raise scope.fail(wrong)
    return start


def _declared(
    name: str,
    start: Starts,
    statement: ast.Hyper,
    settled: Settled,
    spread: float,
    prior: float | None,
    item: ast.HyperName,
) -> Declared:
    domain, call = settled
    hyper = ir.Hyper(
        name,
        call,
        start,  # type: ignore[arg-type]  # words stand in no tuple that there is one name for
        per=statement.per.text if statement.per else "example",
        spread=spread,
        spread_fixed=statement.fixed,
        prior=prior,
        frozen=statement.frozen,
        over=_over(item),
        columns=len(domain.words(call.args)) or 1,
    )
    place = statement.start.span if statement.start else item.span
    held = statement.prior.span if statement.prior else None
    return Declared(hyper, domain, domain.bounds(call.args), item.name.span, place, held)


def _over(item: ast.HyperName) -> str:
    """What there is one of each for, in `keep[example]` or `decays[weight]`."""
    size = item.size.text if isinstance(item.size, ast.Name) else ""
    return size if size in EACH else ""


def _elements(item: ast.HyperName, scope: Scope) -> tuple[str, ...]:
    """`drops[3]` stands for `drops[0]`, `drops[1]` and `drops[2]`."""
    name = item.name.text
    if item.size is None or _over(item):
        return (name,)
    size = count(item.size, scope, "number of hyperparameters", _LARGEST_VECTOR, also=EACH)
    return tuple(f"{name}[{i}]" for i in range(size))
