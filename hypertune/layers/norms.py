"""What the kinds of normalisation share."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from hypertune.catalogue import Arg, Args, Costs
from hypertune.ir import Shape

EPS = Arg("eps", "float", "added to the variance", default=1e-5, low=0, open_low=True)


def affine(default: bool = True, name: str = "affine") -> Arg:
    """Whether a normalisation has parameters."""
    return Arg(name, "bool", "whether there is a gain and a bias", default=default)


def norm_costs(
    axis: int, each: int = 2, switch: str = "affine"
) -> Callable[[Args, Shape, int], Costs]:
    """Costs of a normalisation with so many parameters for each place of an axis.

    Args:
        axis: of an example, whose places have parameters.
        each: 2 for gain and bias.
        switch: the argument without which there are none.

    """

    def costs(args: Args, shape: Shape, given: int) -> Costs:
        base = each * shape[axis] * args[switch]
        return Costs(base, base * (1 + given) if given else 0, prod(shape))

    return costs
