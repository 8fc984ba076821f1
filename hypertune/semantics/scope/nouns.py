"""What a name is that stands in the wrong place."""

from __future__ import annotations

from hypertune.catalogue import KINDS
from hypertune.semantics.scope.scope import Constant, Piece, Scope, Tunable, Unknown


def otherwise(name: str, scope: Scope) -> str:
    """What a name is that is not what is wanted: "a metric"; empty if it is nothing."""
    match scope.find(name):
        case Tunable():
            return "a hyperparameter"
        case Constant() | Unknown():
            return "a constant"
        case Piece():
            return "a block"
    noun = next((kind.noun for kind in KINDS if name in scope.knowledge.kinds(kind)), "")
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}" if noun else ""
