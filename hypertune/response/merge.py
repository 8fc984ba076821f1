"""Several values to one, without weights."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Merge(nn.Module):
    """A merge gives its value by `forward`, and inherits its change or gives a rule for it."""

    def forward(self, values: Sequence[Tensor]) -> Tensor:
        raise NotImplementedError

    def linearised(
        self, values: Sequence[Tensor], changes: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor | None]:
        """The value, and its first-order change; None stands for no change."""
        if all(change is None for change in changes):
            return self(values), None
        return self.changed(values, changes)

    def changed(
        self, values: Sequence[Tensor], changes: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        """The same where at least one value changes."""

        def merged(*values: Tensor) -> Tensor:
            y: Tensor = self(values)
            return y

        y, dy = torch.func.jvp(merged, tuple(values), _filled(values, changes))  # type: ignore[misc]  # three only with has_aux
        return y, dy


class Add(Merge):
    """The sum, whose change is the sum of the changes."""

    def forward(self, values: Sequence[Tensor]) -> Tensor:
        return _sum(values)

    def changed(
        self, values: Sequence[Tensor], changes: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        return _sum(values), _sum([change for change in changes if change is not None])


class Concat(Merge):
    """All channels, one value's after another's; so for the changes."""

    def forward(self, values: Sequence[Tensor]) -> Tensor:
        return torch.cat(tuple(values), 1)

    def changed(
        self, values: Sequence[Tensor], changes: Sequence[Tensor | None]
    ) -> tuple[Tensor, Tensor]:
        return self(values), self(_filled(values, changes))


def _sum(values: Sequence[Tensor]) -> Tensor:
    total = values[0]
    for value in values[1:]:
        total = total + value
    return total


def _filled(values: Sequence[Tensor], changes: Sequence[Tensor | None]) -> tuple[Tensor, ...]:
    pairs = zip(values, changes, strict=True)
    return tuple(torch.zeros_like(x) if dx is None else dx for x, dx in pairs)
