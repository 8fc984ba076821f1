"""Random search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Args, MethodType
from hypertune.methods.searching import FOLLOWS, KEEP, OPTIMISERS, as_asked, trials

if TYPE_CHECKING:
    from hypertune.search import RandomSearch


def _build(args: Args) -> RandomSearch:
    from hypertune.search import RandomSearch

    return RandomSearch(**args)


RANDOM_SEARCH = MethodType(
    name="random_search",
    doc="Trains many times, first from the starts of the spec, then from values drawn evenly from "
    "their domains (Bergstra and Bengio 2012).",
    args=(trials(20), KEEP),
    follows=FOLLOWS,
    optimisers=OPTIMISERS,
    build=_build,
    trials=as_asked,
)
