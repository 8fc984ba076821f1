"""Strengths, and what is drawn with them: a number for each example."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from hypertune.catalogue import Args


def strength(name: str, args: Args, strengths: Mapping[str, Tensor], x: Tensor) -> Tensor:
    """The value of an argument, a hyperparameter or a constant, (B,) or (1,), in x's dtype.

    Nothing is differentiated by it: it is followed through the weights' response.
    """
    value = strengths.get(name)
    return x.new_full((1,), args[name]) if value is None else value.detach().to(x.dtype)


def uniform(low: Tensor | float, high: Tensor | float, x: Tensor) -> Tensor:
    """A number from `low` to `high` for each example of x, (B,)."""
    drawn_B = torch.rand(len(x), dtype=x.dtype, device=x.device)
    return drawn_B.mul_(high - low).add_(low)


def changed(x: Tensor, after: Tensor, p: Tensor) -> Tensor:
    """`after` for a share `p` of the examples, x for the others; it takes the memory of `after`.

    Chosen by numbers, not by truths: torch vectorises `lerp` on the CPU, but not `where` with a
    mask that is broadcast.
    """
    return after.lerp_(x, beside(1 - chosen(p, x), x))


def chosen(probability: Tensor, x: Tensor) -> Tensor:
    """1 for each example of x that is chosen and 0 for the others, (B,)."""
    return torch.rand(len(x), dtype=x.dtype, device=x.device).lt_(probability)


def beside(value_B: Tensor, x: Tensor) -> Tensor:
    """The same with an axis of 1 for each further axis of x."""
    return value_B.view(-1, *[1] * (x.dim() - 1))
