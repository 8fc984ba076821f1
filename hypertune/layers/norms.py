"""What the kinds of normalisation share."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from hypertune.catalogue import Arg, Args, Costs, Plain, WrongShape
from hypertune.ir import Shape
from hypertune.layers.windows import times

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
        return gain_costs(each * shape[axis] * args[switch], shape, given)

    return costs


def gain_costs(base: int, shape: Shape, given: int) -> Costs:
    """Costs of a normalisation with so many parameters."""
    return Costs(base, base * (1 + given) if given else 0, prod(shape))


NORMALIZED_SHAPE = Arg(
    "normalized_shape",
    "ints",
    "sizes of the last axes, which are normalised together; that of the last alone if unsaid",
    default=None,
    low=1,
)


def last_sizes(args: Args, shape: Shape) -> Shape:
    """The sizes of the axes that are normalised together.

    Raises:
        WrongShape: if the input ends otherwise.

    """
    written = args["normalized_shape"]
    if written is None:
        return shape[-1:]
    sizes: Shape = written if isinstance(written, tuple) else (written,)
    if shape[-len(sizes) :] != sizes:
        raise WrongShape(
            f"`normalized_shape` says {times(sizes)}, an example has {times(shape)}",
            f"write the last sizes of {times(shape)}, or leave `normalized_shape` away",
        )
    return sizes


def plain_norm(torch: str, options: tuple[Arg, ...]) -> Callable[[Args, Shape], Plain]:
    """The plain twin of a normalisation of the last axes."""

    def plain(args: Args, shape: Shape) -> Plain:
        sizes = last_sizes(args, shape)
        written = sizes if len(sizes) > 1 else sizes[0]
        return Plain(torch, (written,), Plain.of("", args, options).options)

    return plain
