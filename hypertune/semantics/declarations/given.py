"""`given`: which hyperparameters the weights of a layer respond to."""

from __future__ import annotations

from hypertune import ir
from hypertune.semantics.arguments.constants import evaluate
from hypertune.semantics.errors.names import NotAHyper, UnknownHyper
from hypertune.semantics.errors.passing import EachMisplaced
from hypertune.semantics.scope.findings import attempt
from hypertune.semantics.scope.scope import Scope, Tunable
from hypertune.syntax import ast


def resolve_given(given: ast.Given | None, scope: Scope) -> tuple[str, ...] | None:
    """The names meant, each once, as declared; None if nothing is written."""
    if given is None:
        return None
    hypers = scope.knowledge.hypers
    if given.names is None:
        return tuple(name for name, d in hypers.items() if not (d.hyper.frozen or d.hyper.over))
    for written in given.names:
        _check_single(written, scope)
    found = (attempt(hypers_named, written, scope) for written in given.names)
    named = {name for names in found for name in names or ()}
    return tuple(name for name in hypers if name in named and not hypers[name].hyper.over)


def _check_single(written: ast.Name | ast.Index, scope: Scope) -> None:
    """Weights respond to numbers, not to one for every example or weight."""
    name = written.text if isinstance(written, ast.Name) else ""
    declared = scope.knowledge.hypers.get(name)
    if declared and declared.hyper.over:
        over, why = declared.hyper.over, "no layer can respond to so many"
        scope.findings.add(EachMisplaced(written.span, name, over, why, declared.span))


def hypers_named(written: ast.Name | ast.Index, scope: Scope) -> tuple[str, ...]:
    """The hyperparameters that a name stands for."""
    name = written.name if isinstance(written, ast.Index) else written
    meaning = scope.find(name.text)
    if meaning is None:
        raise scope.fail(UnknownHyper(name.span, name.text, scope.names_of(Tunable)))
    if isinstance(written, ast.Name) and isinstance(meaning, Tunable):
        return meaning.names
    # an item of a vector, or a parameter bound to a hyperparameter
    value = evaluate(written, scope)
    items = value if isinstance(value, tuple) else (value,)
    names = tuple(item.hyper for item in items if isinstance(item, ir.Ref))
    if len(names) < len(items) or not names:
        scope.findings.add(NotAHyper(written.span, name.text))
    return names
