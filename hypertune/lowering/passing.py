"""Hyperparameters as a kind hears them: by the names of the arguments that they stand in for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from hypertune.catalogue import Arg, Args, Catalogue, DomainType
from hypertune.ir import Program, Ref


class Column:
    """One column of the own values; `words` are those of a choice, `order` their new places."""

    def __init__(
        self, place: int, words: tuple[str, ...] = (), order: Tensor | None = None
    ) -> None:
        self._place, self._words, self._order = place, words, order

    def among(self, choices: tuple[str, ...]) -> Column:
        """The same, a word counted as it stands in `choices`, wherever it stands in the domain."""
        if not self._words or self._words == choices[: len(self._words)]:
            return self
        places = [float(choices.index(word)) for word in self._words]
        return Column(self._place, self._words, torch.tensor(places))

    def of(self, own_BH: Tensor) -> Tensor:
        """The values, (B,)."""
        own_B = own_BH[:, self._place]
        if self._order is None:
            return own_B
        self._order = self._order.to(own_B)  # there to stay
        return self._order[own_B.long()]


class Passed:
    """The hyperparameters among the arguments of one call."""

    def __init__(self, args: Args, declared: Sequence[Arg], columns: Mapping[str, Column]) -> None:
        choices = {arg.name: arg.choices for arg in declared}
        self._columns = {
            name: columns[value.hyper].among(choices.get(name, ()))
            for name, value in args.items()
            if isinstance(value, Ref)
        }

    def __call__(self, own_BH: Tensor) -> dict[str, Tensor]:
        """What each such argument hears, (B,)."""
        return {name: column.of(own_BH) for name, column in self._columns.items()}


def columns_of(program: Program, catalogue: Catalogue) -> dict[str, Column]:
    """The column of each hyperparameter."""
    kinds = catalogue.of(DomainType)
    return {
        hyper.name: Column(place, kinds[hyper.domain.kind].words(hyper.domain.args))
        for place, hyper in enumerate(program.hypers)
    }
