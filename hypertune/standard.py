"""The kinds that come with the house."""

from hypertune import augment, data, hyper, layers, losses, methods, optimisers
from hypertune.catalogue import Catalogue

STANDARD = Catalogue(
    [
        *hyper.STANDARD,
        *data.STANDARD,
        *augment.STANDARD,
        *layers.STANDARD,
        *layers.NETWORKS,
        *layers.MERGES,
        *losses.STANDARD,
        *methods.STANDARD,
        *methods.SOLVERS,
        *optimisers.STANDARD,
    ]
)
