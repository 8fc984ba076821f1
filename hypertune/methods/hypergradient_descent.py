"""Learning rates moved by the product of successive gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, MethodType, Use

if TYPE_CHECKING:
    from hypertune.methods.algorithms import HypergradientDescent


def _build(args: Args) -> HypergradientDescent:
    from hypertune.methods.algorithms import HypergradientDescent

    return HypergradientDescent(**args)


HYPERGRADIENT_DESCENT = MethodType(
    name="hypergradient_descent",
    doc="Moves learning rates, and other options of the optimiser, at every step by what the last "
    "step's change in them would do to the training loss (Baydin 2018). It uses no validation "
    "loss, and hardly costs more than plain training.",
    args=(
        Arg(
            "beta",
            "float",
            "learning rate of the options themselves; far less under `adam`, such as 1e-7",
            default=1e-3,
            low=0,
        ),
    ),
    follows=frozenset({Use.OPTIMISER}),
    optimisers={"weights": ""},
    build=_build,
    differentiates=True,
)
