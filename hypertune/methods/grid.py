"""Grid search."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, Domain, MethodType
from hypertune.methods.searching import FOLLOWS, KEEP, OPTIMISERS

if TYPE_CHECKING:
    from hypertune.search import Grid


def _build(args: Args) -> Grid:
    from hypertune.search import Grid

    return Grid(**args)


def _trials(args: Args, domains: Sequence[Domain]) -> int:
    """The starts of the spec, and every point of the grid."""
    return 1 + prod(_values(domain, args["points"]) for domain in domains)


def _values(domain: Domain, points: int) -> int:
    kind, args = domain
    if words := kind.words(args):
        return len(words)
    low, high = kind.bounds(args)
    return min(points, int(high - low) + 1) if kind.discrete else points


GRID = MethodType(
    name="grid",
    doc="Trains once from the starts of the spec and once from every point of a grid: each "
    "domain gives the middles of `points` equal parts (in the logarithm for `log`), `int` as many "
    "whole numbers from end to end, `choice` all of its words.",
    args=(
        Arg("points", "int", "values of each hyperparameter", default=5, low=1),
        KEEP,
    ),
    follows=FOLLOWS,
    optimisers=OPTIMISERS,
    build=_build,
    trials=_trials,
)
