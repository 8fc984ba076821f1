"""What each sort of kind is called, and what a name is that stands in the wrong place."""

from __future__ import annotations

from typing import Any, Final

from hypertune.catalogue import (
    AugmentType,
    CorruptionType,
    DomainType,
    LayerType,
    LossType,
    MergeType,
    MethodType,
    MetricType,
    OptimiserType,
    ScheduleType,
    SourceType,
)
from hypertune.semantics.scope.scope import Constant, Piece, Scope, Tunable, Unknown

NOUNS: Final[dict[Any, str]] = {
    LayerType: "layer type",
    DomainType: "domain",
    SourceType: "source",
    AugmentType: "augmentation",
    CorruptionType: "corruption",
    LossType: "loss",
    MergeType: "merge",
    MetricType: "metric",
    MethodType: "method",
    OptimiserType: "optimiser",
    ScheduleType: "schedule",
}


def otherwise(name: str, scope: Scope) -> str:
    """What a name is that is not what is wanted: "a metric"; empty if it is nothing."""
    match scope.find(name):
        case Tunable():
            return "a hyperparameter"
        case Constant() | Unknown():
            return "a constant"
        case Piece():
            return "a block"
    nouns = (noun for kind, noun in NOUNS.items() if name in scope.knowledge.kinds(kind))
    noun = next(nouns, "")
    return f"{'an' if noun[:1] in 'aeiou' else 'a'} {noun}" if noun else ""
