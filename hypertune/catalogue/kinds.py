"""What the compiler must know of a kind. A kind is a value; what it builds imports torch itself.

The checker reads the declaration, lowering calls `build`, the conformance kit draws cases from
`args`, `hypertune kinds` prints `doc`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

from attrs import frozen

from hypertune.catalogue.arguments import Arg, Args
from hypertune.catalogue.data_kinds import AugmentType, CorruptionType, SourceType
from hypertune.catalogue.domain_kinds import DomainType
from hypertune.catalogue.network_kinds import LayerType, MergeType
from hypertune.catalogue.training_kinds import MethodType, OptimiserType, ScheduleType, SolverType


@frozen
class LossType:
    """A summand of an objective.

    `build(args)` gives a function of a `losses.LossInput` to a scalar, the mean over the batch.
    `penalty` tells that it reads weights, not predictions. `targets` is `classes`, `real` or ``.
    `waived` is as for a `LayerType`.
    """

    noun: ClassVar = "loss"
    name: str
    doc: str
    args: tuple[Arg, ...]
    build: Callable[[Args], Any]
    targets: str = ""
    penalty: bool = False
    waived: Mapping[str, str] = {}


@frozen
class MetricType:
    """A number for people. `build()` gives a function (output, target) -> sum over the batch.

    What the sums add up to, over all examples, is divided by their count; `read` turns that mean
    into the number shown (the root, for `rmse`).
    """

    noun: ClassVar = "metric"
    name: str
    doc: str
    targets: str
    build: Callable[[], Any]
    read: Callable[[float], float] = float
    args: tuple[Arg, ...] = ()


Kind = (
    LayerType
    | MergeType
    | DomainType
    | SourceType
    | AugmentType
    | CorruptionType
    | LossType
    | MetricType
    | MethodType
    | SolverType
    | OptimiserType
    | ScheduleType
)

# As they are listed.
KINDS: Final[tuple[type[Kind], ...]] = (
    DomainType,
    SourceType,
    AugmentType,
    CorruptionType,
    LayerType,
    MergeType,
    LossType,
    MetricType,
    MethodType,
    SolverType,
    OptimiserType,
    ScheduleType,
)
