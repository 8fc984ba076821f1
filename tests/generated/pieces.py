"""Pieces of network: how they are written, and what shapes do in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod

from attrs import define, field, frozen

from generated.author import Author
from generated.numbers import real, whole

Shape = tuple[int, ...]
Values = Mapping[str, int]  # of the parameters of a block that are sizes

LARGEST = 6000  # numbers that leave a piece


class Misfit(Exception):
    """A piece cannot take a shape."""


@define
class Inside:
    """What a body knows while shapes go through it."""

    labels: dict[str, Shape] = field(factory=dict)
    values: Values = field(factory=dict)
    weights: dict[str, Shape] = field(factory=dict)  # of the labelled layers that have one

    def copy(self) -> Inside:
        return Inside(dict(self.labels), self.values, dict(self.weights))


@frozen
class Piece:
    """A piece as written; `after` gives the shape that leaves it, or raises `Misfit`.

    `weight` gives the shape of the weight that it has, from the shape that enters.
    """

    text: str
    after: Callable[[Shape, Inside], Shape]
    responds: bool = False
    weight: Callable[[Shape, Inside], Shape] | None = None


@define
class Place:
    """Where a piece is drawn: what can be named there."""

    author: Author
    depth: int = 0
    inside: Inside = field(factory=Inside)
    rates: tuple[str, ...] = ()  # parameters of the block around
    hypers: tuple[str, ...] = ()  # likewise
    taken: set[str] = field(factory=set)  # labels

    def count(self, low: int, high: int) -> tuple[str, Callable[[Values], int]]:
        """A number of units or channels, which in a block may be a parameter."""
        if self.inside.values and self.author.chance(0.4):
            name = self.author.pick(list(self.inside.values))
            times = self.author.pick((1, 2))
            return name if times == 1 else f"{name} * {times}", lambda v: times * v[name]
        number = self.author.number(low, high)
        return whole(self.author, number), lambda v: number

    def rate(self) -> str:
        """What a dropout rate can be: a number, a hyperparameter, a parameter of the block."""
        tunable = self.author.tunable(0, 1) if self.author.chance(0.5) else None
        own = [*self.rates, *([tunable.text] if tunable else [])]
        return self.author.pick([*own, real(self.author, 0, 0.9), "0"])


def run(pieces: Sequence[Piece], shape: Shape, inside: Inside) -> Shape:
    """The shape that leaves the last of some pieces."""
    for piece in pieces:
        shape = piece.after(shape, inside)
        if not shape or min(shape) < 1 or prod(shape) > LARGEST:
            raise Misfit
    return shape


def of_rank(shape: Shape, rank: int) -> Shape:
    """The shape, if it has so many axes."""
    if len(shape) != rank:
        raise Misfit
    return shape
