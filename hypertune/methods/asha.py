"""Successive halving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType
from hypertune.methods.searching import FOLLOWS, KEEP, OPTIMISERS, as_asked, trials

if TYPE_CHECKING:
    from hypertune.search import Asha


def _build(args: Args) -> Asha:
    from hypertune.search import Asha

    return Asha(**args)


ASHA = MethodType(
    name="asha",
    doc="Random search that ends a trial early: one goes on after `min_epochs`, and after "
    "`reduction` times as many again and again, only if its lowest validation loss by then is "
    "among the best 1/`reduction` of those that got as far (Li et al. 2020).",
    args=(
        trials(50),
        Arg("reduction", "int", "of how many trials one goes on", default=4, low=2),
        Arg("min_epochs", "int", "epochs that every trial has", default=1, low=1),
        KEEP,
    ),
    follows=FOLLOWS,
    optimisers=OPTIMISERS,
    build=_build,
    trials=as_asked,
)
