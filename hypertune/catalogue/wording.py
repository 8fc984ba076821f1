"""How kinds are told of: to whoever asks for them, and in editors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypertune.catalogue.arguments import Arg, Required
from hypertune.catalogue.kinds import (
    AugmentType,
    CorruptionType,
    DomainType,
    Kind,
    LayerType,
    LossType,
    MergeType,
    MethodType,
    MetricType,
    OptimiserType,
    ScheduleType,
    SourceType,
)
from hypertune.ir import print_value

FAMILIES: Final[Mapping[str, type[Kind]]] = {
    "domain": DomainType,
    "source": SourceType,
    "augmentation": AugmentType,
    "corruption": CorruptionType,
    "layer": LayerType,
    "merge": MergeType,
    "loss": LossType,
    "metric": MetricType,
    "method": MethodType,
    "optimiser": OptimiserType,
    "schedule": ScheduleType,
}


def family_of(kind: Kind) -> str:
    return next(name for name, family in FAMILIES.items() if isinstance(kind, family))


def arguments(kind: Kind) -> tuple[Arg, ...]:
    return () if isinstance(kind, MetricType) else kind.args


def signature(kind: Kind) -> str:
    """A kind as it is called: `linear(out_features, bias = true)`."""
    args = ", ".join(map(_written, arguments(kind)))
    return f"{kind.name}({args})" if args else kind.name


def _written(arg: Arg) -> str:
    if isinstance(arg.default, Required):
        return f"{arg.name}, …" if arg.rest else arg.name
    return f"{arg.name} = {print_value(arg.default)}"


def about(arg: Arg) -> str:
    """What an argument takes and means."""
    words = " | ".join(arg.choices) or arg.type
    return f"{words}: {arg.doc}" + (f" (tunable, {arg.use})" if arg.use else "")
