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
from hypertune.ir import Shape


@frozen
class LossType:
    """A summand of an objective.

    `build(args)` gives a function of a `losses.LossInput` to a scalar, the mean over the batch.
    `penalty` is what it keeps small, of one that is no loss by itself: `weights`, `outputs` (of
    the network or of labelled layers) or `inputs` (what these do to the outputs). One of `weights`
    may have an argument `of`, the layer whose weights it reads. `targets` is `classes`, `real` or
    ``.
    One of a `single_logit` takes the logit of the second of two classes alone, too. `waived` is
    as for a `LayerType`.
    """

    noun: ClassVar = "loss"
    name: str
    doc: str
    args: tuple[Arg, ...]
    build: Callable[[Args], Any]
    targets: str = ""
    penalty: str = ""
    single_logit: bool = False
    waived: Mapping[str, str] = {}

    def outputs(self, source: SourceType) -> tuple[Shape, ...]:
        """The shapes that it can compare with the targets of a source, the usual one first."""
        usual = source.output
        both = self.single_logit and source.classes == 2
        return (usual, (*usual[:-1], 1)) if both else (usual,)

    def per_class(self, args: Args) -> dict[str, Any]:
        """The arguments that are a number for each class, or a word for them."""
        of_class = [arg.name for arg in self.args if arg.count == "classes"]
        return {name: args[name] for name in of_class if args[name] is not None}

    def wrong_counts(self, args: Args, classes: int) -> dict[str, int]:
        """How many numbers there are, of the arguments that are not one for each class."""
        written = self.per_class(args).items()
        counts = {
            name: len(given) if isinstance(given, tuple) else 1
            for name, given in written
            if not isinstance(given, str)
        }
        return {name: count for name, count in counts.items() if count != classes}


@frozen
class MetricType:
    """A number for people. `build()` gives a function (output, target) -> sum over the batch.

    What the sums add up to, over all targets, is divided by their count; `read` turns that mean
    into the number shown (the root, for `rmse`). A metric `of_all` is no function of a mean: its
    function gives a tensor with a row for each target, and `read` gets the rows of all, a numpy
    array without NaN. `classes` is how many there must be; 0: any.
    """

    noun: ClassVar = "metric"
    name: str
    doc: str
    targets: str
    build: Callable[[], Any]
    read: Callable[[Any], float] = float
    of_all: bool = False
    classes: int = 0
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
