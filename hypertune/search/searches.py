"""The searches: what is tried first, how Optuna draws the rest, and which trials it ends early."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from attrs import frozen
from optuna.pruners import BasePruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler

from hypertune.methods.asha import ASHA
from hypertune.methods.bayesian import BAYESIAN
from hypertune.methods.grid import GRID
from hypertune.methods.options import option
from hypertune.methods.random_search import RANDOM_SEARCH
from hypertune.search.space import Space, Starts


class Search(Protocol):
    """A frozen value whose fields are its options."""

    @property
    def keep(self) -> str:
        """The trials whose weights are kept: `best`, or `all`."""

    @property
    def looks_back(self) -> bool:
        """Whether what is drawn, or ended early, depends on earlier trials."""

    def first(self, space: Space) -> Iterator[Starts]:
        """What is tried before anything is drawn."""

    def sampler(self, seed: int) -> BaseSampler:
        """Draws one trial, given all that ended before."""

    def pruner(self) -> BasePruner:
        """Ends trials early."""


@frozen
class _Random:
    """Values drawn evenly, each trial for itself, from the second on; none is ended early."""

    @property
    def looks_back(self) -> bool:
        return False

    def first(self, space: Space) -> Iterator[Starts]:
        yield space.start

    def sampler(self, seed: int) -> BaseSampler:
        return RandomSampler(seed)

    def pruner(self) -> BasePruner:
        return NopPruner()


@frozen
class RandomSearch(_Random):
    """Values drawn evenly, each trial for itself."""

    trials: int = option(RANDOM_SEARCH, "trials")
    keep: str = option(RANDOM_SEARCH, "keep")


@frozen
class Grid(_Random):
    """Every combination of some values of each hyperparameter; nothing is drawn after these."""

    points: int = option(GRID, "points")
    keep: str = option(GRID, "keep")

    def first(self, space: Space) -> Iterator[Starts]:
        yield space.start
        yield from space.grid(self.points)


@frozen
class Bayesian(_Random):
    """Values that earlier losses make likely to be good: a tree-structured Parzen estimator."""

    trials: int = option(BAYESIAN, "trials")
    keep: str = option(BAYESIAN, "keep")

    @property
    def looks_back(self) -> bool:
        return True

    def sampler(self, seed: int) -> BaseSampler:
        return TPESampler(seed=seed)


@frozen
class Asha(_Random):
    """Random search by successive halving: of `reduction` trials at a rung, one goes on."""

    trials: int = option(ASHA, "trials")
    reduction: int = option(ASHA, "reduction")
    min_epochs: int = option(ASHA, "min_epochs")
    keep: str = option(ASHA, "keep")

    @property
    def looks_back(self) -> bool:
        return True

    def pruner(self) -> BasePruner:
        return SuccessiveHalvingPruner(
            min_resource=self.min_epochs, reduction_factor=self.reduction
        )
