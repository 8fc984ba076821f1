"""What a solver of H v = b must give; vectors are lists of tensors, shaped as the weights are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import torch
from attrs import frozen
from torch import Tensor

from hypertune.runtime import Problem, Recipe

Vector = list[Tensor]
Product = Callable[[Sequence[Tensor]], Vector]  # with the Hessian of the training loss


@frozen
class Solution:
    """What a solver found, and how well.

    Args:
        v: the solution, or what comes nearest.
        statistics: scalars by name. A `residual` is that of the system relative to b; one that is
            not finite says that `v` is of no use.

    """

    v: Vector
    statistics: Mapping[str, Tensor]


class Solver(Protocol):
    """A frozen value whose fields are its options. Nothing in `solve` waits for the device."""

    def prepared(self, problem: Problem, recipe: Recipe) -> Solver:
        """The solver for this problem, with what it takes from the recipe.

        Raises:
            CannotTrain: if it cannot solve problems of this size.

        """

    def shortened(self) -> Solver:
        """One of the same memory that takes few products."""

    def solve(self, product: Product, b: Vector, generator: torch.Generator) -> Solution:
        """Solve H v = b; `b` is the solver's to write over."""


def copied(x: Sequence[Tensor]) -> Vector:
    return [part.clone() for part in x]


def dot(x: Sequence[Tensor], y: Sequence[Tensor]) -> Tensor:
    """The inner product, on the device of the first tensor."""
    device = x[0].device
    parts = [torch.vdot(p.flatten(), q.flatten()) for p, q in zip(x, y, strict=True)]
    return torch.stack([part.to(device) for part in parts]).sum()


def norm(x: Sequence[Tensor]) -> Tensor:
    return dot(x, x).sqrt()


def add_(x: Sequence[Tensor], y: Sequence[Tensor], scale: Tensor | float = 1.0) -> None:
    """Add scale × y to x, in place."""
    for p, q in zip(x, y, strict=True):
        if isinstance(scale, Tensor):
            p.addcmul_(q, scale.to(p.device, p.dtype))
        else:
            p.add_(q, alpha=scale)


def relative(length: Tensor, to: Tensor) -> Tensor:
    """A length as a share of another; zero of zero is zero."""
    return torch.where(to > 0, length / to, length)


def damped(product: Product, damping: float) -> Product:
    """Products with H + damping I."""
    if not damping:
        return product

    def of(x: Sequence[Tensor]) -> Vector:
        found = product(x)
        add_(found, x, damping)
        return found

    return of


def residual(product: Product, v: Sequence[Tensor], b: Sequence[Tensor]) -> Tensor:
    """The relative residual of a solution, by one more product."""
    left = product(v)
    add_(left, b, -1.0)
    return relative(norm(left), norm(b))
