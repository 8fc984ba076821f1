"""`given`: which hyperparameters the weights of a layer answer to."""

from __future__ import annotations

from hypertune import ir
from hypertune.semantics.constants import evaluate
from hypertune.semantics.errors.names import NotAHyper, UnknownHyper
from hypertune.semantics.scope import Failed, Scope, Tunable
from hypertune.syntax import ast


def resolve_given(given: ast.Given | None, scope: Scope) -> tuple[str, ...] | None:
    """The names meant, each once, as declared; None if nothing is written."""
    if given is None:
        return None
    hypers = scope.knowledge.hypers
    if given.names is None:
        return tuple(name for name, declared in hypers.items() if not declared.hyper.frozen)
    named = {name for written in given.names for name in _resolve(written, scope)}
    return tuple(name for name in hypers if name in named)


def _resolve(written: ast.Name | ast.Index, scope: Scope) -> tuple[str, ...]:
    name = written.name if isinstance(written, ast.Index) else written
    meaning = scope.find(name.text)
    if meaning is None:
        known = scope.names_of(Tunable)
        scope.findings.add(UnknownHyper(name.span, name.text, known))
        return ()
    if isinstance(written, ast.Name) and isinstance(meaning, Tunable):
        return meaning.names
    value = evaluate(
        written, scope
    )  # an item of a vector, or a parameter bound to a hyperparameter
    if isinstance(value, Failed):
        return ()
    items = value if isinstance(value, tuple) else (value,)
    names = tuple(item.hyper for item in items if isinstance(item, ir.Ref))
    if len(names) < len(items) or not names:
        scope.findings.add(NotAHyper(written.span, name.text))
    return names
