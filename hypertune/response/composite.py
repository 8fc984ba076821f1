"""Layers made of layers, wired once for all readings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer

X = TypeVar("X")
Pair = tuple[Tensor, Tensor | None]  # a value and its tangent


class Composite(Layer):
    """A layer that is its parts; it has no formula of its own for a response or a tangent.

    A subclass says in `wired` what reads what. Parts read the values of hyperparameters by the
    names of this layer's arguments.
    """

    def wired(self, x: X, read: Callable[[Layer, X], X], add: Callable[[X, X], X]) -> X:
        """The output: `read` gives that of a part, `add` the sum of two."""
        raise NotImplementedError

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        def read(part: Layer, x: Tensor) -> Tensor:
            y: Tensor = part(x, conditioning)
            return y

        return self.wired(x, read, torch.add)

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        def read(part: Layer, pair: Pair) -> Pair:
            return part.linearised(*pair, conditioning)

        return self.wired((x, dx), read, _added)


def _added(a: Pair, b: Pair) -> Pair:
    if a[1] is None or b[1] is None:
        return a[0] + b[0], b[1] if a[1] is None else a[1]
    return a[0] + b[0], a[1] + b[1]
