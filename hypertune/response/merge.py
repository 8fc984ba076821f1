"""Several values to one, without weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Merge(nn.Module):
    """A merge gives its value by `forward`, and inherits its tangent or gives a rule for it."""

    def forward(self, values: Sequence[Tensor]) -> Tensor:
        raise NotImplementedError

    def linearised(
        self, values: Sequence[Tensor], tangents: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor | None]:
        """The value, and its tangent; None stands for a tangent of zero."""
        if all(tangent is None for tangent in tangents):
            return self(values), None
        return self.tangent_of(values, tangents)

    def tangent_of(
        self, values: Sequence[Tensor], tangents: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        """The same where at least one has a tangent."""

        def merged(*values: Tensor) -> Tensor:
            y: Tensor = self(values)
            return y

        y, dy = torch.func.jvp(merged, tuple(values), _filled(values, tangents))  # type: ignore[misc]  # three only with has_aux
        return y, dy


class Add(Merge):
    """The sum, whose tangent is the sum of the tangents."""

    def forward(self, values: Sequence[Tensor]) -> Tensor:
        return _sum(values)

    def tangent_of(
        self, values: Sequence[Tensor], tangents: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        return _sum(values), _sum([tangent for tangent in tangents if tangent is not None])


class Concat(Merge):
    """All channels, one value's after another's; so for the tangents."""

    def forward(self, values: Sequence[Tensor]) -> Tensor:
        return torch.cat(tuple(values), 1)

    def tangent_of(
        self, values: Sequence[Tensor], tangents: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        return self(values), self(_filled(values, tangents))


class Mean(Add):
    """The mean, whose tangent is the mean of the tangents."""

    def forward(self, values: Sequence[Tensor]) -> Tensor:
        return _sum(values) / len(values)

    def tangent_of(
        self, values: Sequence[Tensor], tangents: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        y, dy = super().tangent_of(values, tangents)
        return y / len(values), dy / len(values)


class Mul(Merge):
    """The product."""

    def forward(self, values: Sequence[Tensor]) -> Tensor:
        product = values[0]
        for value in values[1:]:
            product = product * value
        return product


def _sum(values: Sequence[Tensor]) -> Tensor:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _filled(values: Sequence[Tensor], tangents: Sequence[Tensor | None]) -> tuple[Tensor, ...]:
    pairs = zip(values, tangents, strict=True)
    return tuple(torch.zeros_like(x) if dx is None else dx for x, dx in pairs)
