"""Everything that can be wrong with the meaning of a spec, by theme."""

from hypertune.semantics.errors import (
    arguments as arguments,
    conditioning as conditioning,
    constants as constants,
    data as data,
    hypers as hypers,
    including as including,
    labels as labels,
    names as names,
    network as network,
    objective as objective,
    passing as passing,
    splits as splits,
    statements as statements,
    tuning as tuning,
)
