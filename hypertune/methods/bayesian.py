"""Bayesian search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Args, MethodType
from hypertune.methods.searching import FOLLOWS, KEEP, OPTIMISERS, as_asked, trials

if TYPE_CHECKING:
    from hypertune.search import Bayesian


def _build(args: Args) -> Bayesian:
    from hypertune.search import Bayesian

    return Bayesian(**args)


BAYESIAN = MethodType(
    name="bayesian",
    doc="Trains many times, first from the starts of the spec, and after ten trials from values "
    "that the losses so far make likely to be good: a tree-structured Parzen estimator "
    "(Bergstra et al. 2011).",
    args=(trials(50), KEEP),
    follows=FOLLOWS,
    optimisers=OPTIMISERS,
    build=_build,
    trials=as_asked,
)
