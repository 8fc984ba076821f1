"""What the compiler must know of a kind, and collections of them. Loads no torch."""

from hypertune.catalogue.arguments import (
    REQUIRED as REQUIRED,
    Arg as Arg,
    Args as Args,
    Required as Required,
    Use as Use,
)
from hypertune.catalogue.catalogue import Catalogue as Catalogue, searched as searched
from hypertune.catalogue.kinds import (
    KINDS as KINDS,
    AugmentType as AugmentType,
    CorruptionType as CorruptionType,
    Costs as Costs,
    Domain as Domain,
    DomainType as DomainType,
    Kind as Kind,
    LayerType as LayerType,
    LossType as LossType,
    MergeType as MergeType,
    MethodType as MethodType,
    MetricType as MetricType,
    OptimiserType as OptimiserType,
    Pass as Pass,
    Plain as Plain,
    ScheduleType as ScheduleType,
    Seen as Seen,
    SolverType as SolverType,
    SourceType as SourceType,
    Unreadable as Unreadable,
    WrongShape as WrongShape,
    not_there as not_there,
)
from hypertune.catalogue.places import (
    beside as beside,
    from_folder as from_folder,
    in_full as in_full,
)
from hypertune.catalogue.settings import (
    LENGTHS as LENGTHS,
    ROLES as ROLES,
    SECTIONS as SECTIONS,
    Setting as Setting,
)
from hypertune.catalogue.splits import part_sizes as part_sizes
from hypertune.catalogue.streams import (
    shortage as shortage,
    windows as windows,
)
