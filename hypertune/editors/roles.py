"""Which kinds can stand where, and how a kind is described."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from hypertune.catalogue import (
    Arg,
    AugmentType,
    Catalogue,
    DomainType,
    Kind,
    LayerType,
    LossType,
    MethodType,
    MetricType,
    OptimiserType,
    Required,
    ScheduleType,
    SourceType,
)
from hypertune.editors.context import Context
from hypertune.ir import print_value

NOUNS: Final[Mapping[type[Any], str]] = {
    LayerType: "layer",
    DomainType: "domain",
    SourceType: "source",
    AugmentType: "augmentation",
    LossType: "loss",
    MetricType: "metric",
    MethodType: "method",
    OptimiserType: "optimiser",
    ScheduleType: "schedule",
}
_OF_SETTINGS: Final[Mapping[tuple[str, str], type[Any]]] = {
    ("data", "source"): SourceType,
    ("data", "augment"): AugmentType,
    ("objective", "train"): LossType,
    ("objective", "valid"): LossType,
    ("objective", "report"): MetricType,
    ("tune", "method"): MethodType,
    **{("tune", role): OptimiserType for role in ("weights", "hypers", "responses", "spreads")},
    ("tune", "schedule"): ScheduleType,
}

_BEFORE_VALUES: Final = frozenset(["=", ":", "(", ",", "+", "-", "*"])


def role(context: Context) -> type[Any] | None:
    """The class of the kinds that the line at hand is about."""
    if context.statement == "hyper":
        return DomainType if ":" in context.words and "=" not in context.words else None
    if context.statement in ("model", "block"):
        return LayerType if context.inner else None
    return _OF_SETTINGS.get((context.statement, context.key))


def kinds_here(context: Context, catalogue: Catalogue) -> Mapping[str, Kind]:
    """The kinds whose names can stand at a place."""
    found = role(context)
    if found is None or any(call.kind for call in context.calls):
        return {}
    begins = begins_piece(context) if found is LayerType else context.last in _BEFORE_VALUES
    return catalogue.of(found) if begins else {}


def begins_piece(context: Context) -> bool:
    """Whether a layer can begin here."""
    return context.inner and not context.words and not context.calls


def called(context: Context, catalogue: Catalogue) -> Kind | None:
    """The kind whose arguments stand at a place."""
    found = role(context)
    if found is None or not context.calls:
        return None
    return catalogue.of(found).get(context.calls[-1].kind)


def args_of(kind: Kind) -> tuple[Arg, ...]:
    return () if isinstance(kind, MetricType) else kind.args


def signature(kind: Kind) -> str:
    """A kind as it is called: `linear(out_features, bias = true)`."""
    args = ", ".join(map(_written, args_of(kind)))
    return f"{kind.name}({args})" if args else kind.name


def _written(arg: Arg) -> str:
    default = arg.default
    return arg.name if isinstance(default, Required) else f"{arg.name} = {print_value(default)}"


def about_arg(arg: Arg) -> str:
    """What an argument takes and means."""
    words = " | ".join(arg.choices) or arg.type
    return f"{words}: {arg.doc}" + (f" (tunable, {arg.use})" if arg.use else "")


def about_kind(kind: Kind) -> str:
    """A kind in Markdown: how it is called, what it is, its arguments."""
    args = "\n".join(f"- `{arg.name}` {about_arg(arg)}" for arg in args_of(kind))
    head = f"```hspec\n{signature(kind)}\n```\n{NOUNS[type(kind)]}: {kind.doc.strip()}"
    return f"{head}\n\n{args}" if args else head
