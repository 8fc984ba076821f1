"""What the compiler must know of a kind, and collections of them. Loads no torch."""

from hypertune.catalogue.arguments import (
    REQUIRED as REQUIRED,
    Arg as Arg,
    Args as Args,
    Required as Required,
    Use as Use,
)
from hypertune.catalogue.catalogue import (
    MOST_SEARCHED as MOST_SEARCHED,
    Catalogue as Catalogue,
    is_searchable as is_searchable,
    searched as searched,
)
from hypertune.catalogue.data_kinds import (
    UNKNOWN as UNKNOWN,
    AugmentType as AugmentType,
    CorruptionType as CorruptionType,
    Seen as Seen,
    SourceType as SourceType,
    Tokens as Tokens,
    Unreadable as Unreadable,
    not_there as not_there,
)
from hypertune.catalogue.domain_kinds import (
    Domain as Domain,
    DomainType as DomainType,
)
from hypertune.catalogue.kinds import (
    KINDS as KINDS,
    Kind as Kind,
    LossType as LossType,
    MetricType as MetricType,
)
from hypertune.catalogue.network_kinds import (
    Costs as Costs,
    LayerType as LayerType,
    MergeType as MergeType,
    WrongShape as WrongShape,
)
from hypertune.catalogue.places import (
    beside as beside,
    from_folder as from_folder,
    in_full as in_full,
)
from hypertune.catalogue.plain import Plain as Plain, PlainMethod as PlainMethod
from hypertune.catalogue.settings import (
    LENGTHS as LENGTHS,
    PARTS as PARTS,
    ROLES as ROLES,
    SECTIONS as SECTIONS,
    Setting as Setting,
)
from hypertune.catalogue.splits import part_sizes as part_sizes, parts_of as parts_of
from hypertune.catalogue.streams import (
    shortage as shortage,
    windows as windows,
)
from hypertune.catalogue.training_kinds import (
    MethodType as MethodType,
    OptimiserType as OptimiserType,
    Pass as Pass,
    ScheduleType as ScheduleType,
    SolverType as SolverType,
)
