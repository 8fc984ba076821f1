"""The hyperparameters among the arguments of one call, by the names of the arguments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from hypertune.catalogue import Arg, Args, Catalogue, DomainType
from hypertune.ir import Program, Ref

Words = Mapping[str, tuple[str, ...]]  # of the hyperparameters that are words


class Arguments:
    """Gives the values of the hyperparameters that are passed to a call.

    A choice of words is a number: the place of the word among the `choices` of the argument,
    wherever it stands in the domain.
    """

    def __init__(self, args: Args, declared: Sequence[Arg], words: Words) -> None:
        self._names = {n: value.hyper for n, value in args.items() if isinstance(value, Ref)}
        choices = {arg.name: arg.choices for arg in declared}
        self._order = {
            name: torch.tensor([float(choices[name].index(word)) for word in words[hyper]])
            for name, hyper in self._names.items()
            if hyper in words and words[hyper] != choices[name][: len(words[hyper])]
        }

    def __bool__(self) -> bool:
        """Whether a hyperparameter is passed at all."""
        return bool(self._names)

    def __call__(self, values: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What is passed for each such argument: (B,), (1,), or one for each example or weight."""
        if not self._names:
            return {}
        found = {name: values[hyper] for name, hyper in self._names.items()}
        for name, order in self._order.items():
            self._order[name] = order.to(found[name])  # there to stay
            found[name] = self._order[name][found[name].long()]
        return found


def words_of(program: Program, catalogue: Catalogue) -> Words:
    """The words of each hyperparameter that is one of several words."""
    kinds = catalogue.of(DomainType)
    found = {h.name: kinds[h.domain.kind].words(h.domain.args) for h in program.hypers}
    return {name: words for name, words in found.items() if words}
