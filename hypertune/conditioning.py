"""What losses, networks and layers are evaluated at: the values of the hyperparameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import torch
from attrs import evolve, field, frozen
from torch import Tensor


class Values(Mapping[str, Tensor]):
    """Constrained values by name: columns of one matrix, and vectors that stand for themselves.

    A column is cut out when it is asked for, so a thousand hyperparameters cost no more than the
    ones that are used.

    Args:
        matrix_BC: a row per example, or one row for all.
        columns: the column of each name.
        vectors: values that there is one of for each training example or weight, by name.

    """

    __slots__ = ("columns", "matrix_BC", "vectors")

    def __init__(
        self,
        matrix_BC: Tensor,
        columns: Mapping[str, int],
        vectors: Mapping[str, Tensor] | None = None,
    ) -> None:
        self.matrix_BC, self.columns, self.vectors = matrix_BC, columns, vectors or {}

    def __getitem__(self, name: str) -> Tensor:
        if name in self.vectors:
            return self.vectors[name]
        return self.matrix_BC[:, self.columns[name]]

    def __iter__(self) -> Iterator[str]:
        yield from self.columns
        yield from self.vectors

    def __len__(self) -> int:
        return len(self.columns) + len(self.vectors)

    def to(self, device: torch.device) -> Values:
        """The same on a device; vectors stay where they are."""
        if self.matrix_BC.device == device:
            return self
        return Values(self.matrix_BC.to(device), self.columns, self.vectors)


@frozen
class Rows:
    """Which rows of a larger batch these are: `count` of `total`, from `first` on.

    `share` is what they count in a mean over equal parts of that batch.
    """

    first: int
    count: int
    total: int
    share: float = 1.0

    def of(self, x: Tensor) -> Tensor:
        """These rows, where x has all; x itself if one stands for all."""
        return x[self.first : self.first + self.count] if len(x) == self.total else x


@frozen
class Conditioning:
    """What a loss, a network or a single layer is evaluated at.

    A loss gets the values of all hyperparameters by their names; a layer gets those that are
    passed to it, by the names of its arguments, and of `response_BG` the columns it is given.

    Shapes: values are (B,), one for each example, or (1,), one for all; `response_BG` likewise
    has B rows or one.
    Units: `values` are constrained (a dropout rate is a rate); `response_BG` is unconstrained.

    Args:
        values: constrained values by name.
        response_BG: what the weights respond to; None if they do not respond.
        linearised: asks for the outputs at the base weights plus their first-order change by the
            response.
        rows: of which batch these examples are a part, where noise is drawn for all of it.
        full_precision: asks a loss for the precision of the weights, whatever it computes in
            otherwise.

    """

    values: Mapping[str, Tensor] = field(factory=dict)
    response_BG: Tensor | None = None
    linearised: bool = False
    rows: Rows | None = None
    full_precision: bool = False

    @property
    def unresponsive(self) -> Conditioning:
        """The same values at the base weights."""
        return evolve(self, response_BG=None)

    def given(self, columns: tuple[int, ...]) -> Conditioning:
        """The same, of which the weights respond to some columns alone."""
        if self.response_BG is None:
            return self
        return evolve(self, response_BG=columns_of(self.response_BG, columns))


def columns_of(x_BH: Tensor, columns: tuple[int, ...]) -> Tensor:
    """The columns, as a view where they are neighbours; x itself if they are all."""
    if not _are_neighbours(columns):
        return torch.stack([x_BH[:, i] for i in columns], 1)
    if len(columns) == x_BH.shape[1]:
        return x_BH
    return x_BH[:, columns[0] : columns[-1] + 1]


@lru_cache(maxsize=1024)  # asked for each layer of each pass
def _are_neighbours(columns: tuple[int, ...]) -> bool:
    return columns == tuple(range(columns[0], columns[-1] + 1))
