"""Plain training at the start values."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Args, MethodType

if TYPE_CHECKING:
    from hypertune.methods.algorithms import Fixed


def _build(args: Args) -> Fixed:
    from hypertune.methods.algorithms import Fixed

    return Fixed(**args)


FIXED = MethodType(
    name="fixed",
    doc="Plain training; every hyperparameter stays where it starts.",
    args=(),
    follows=frozenset(),
    optimisers={"weights": ""},
    build=_build,
)
