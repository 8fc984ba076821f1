"""What is searched: the domains of the tuned hyperparameters, in constrained values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import exp, inf, log, nextafter

from attrs import frozen
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)

from hypertune.catalogue import Catalogue, DomainType, searched
from hypertune.ir import Hyper, Program

Starts = Mapping[str, float | str]


@frozen
class Space:
    """The domain of each value that is searched, and where the spec starts it.

    A hyperparameter that there is one of for each weight has a value for each: `decays[3]`.
    """

    domains: Mapping[str, BaseDistribution]
    start: Starts

    def starts(self, drawn: Mapping[str, float | str]) -> dict[str, float | str]:
        """What was drawn, in the order and the types of a program."""
        values = {name: drawn[name] for name in self.domains}
        return {name: v if isinstance(v, str) else float(v) for name, v in values.items()}

    def grid(self, points: int) -> Iterator[Starts]:
        """All combinations of values, the last hyperparameter's changing first."""
        values = [_values(domain, points) for domain in self.domains.values()]
        return (dict(zip(self.domains, chosen, strict=True)) for chosen in product(*values))


def space_of(program: Program, catalogue: Catalogue) -> Space:
    """What a search of a program may try.

    Raises:
        ValueError: if a domain has no ends, which no right program has under a search.

    """
    hypers = searched(program)
    return Space(
        {name: _domain(hyper, catalogue) for hyper in hypers for name in hyper.names},
        {name: start for hyper in hypers for name, start in hyper.starts.items()},
    )


def _domain(hyper: Hyper, catalogue: Catalogue) -> BaseDistribution:
    kind, args = catalogue.of(DomainType)[hyper.domain.kind], hyper.domain.args
    if words := kind.words(args):
        return CategoricalDistribution(words)
    if not kind.is_bounded(args):
        raise ValueError(f"`{hyper.name}` cannot be searched: its domain has no ends")
    low, high = kind.bounds(args)
    if kind.discrete:
        return IntDistribution(int(low), int(high))
    if not kind.closed:  # the ends themselves are excluded
        low, high = nextafter(low, inf), nextafter(high, -inf)
    return FloatDistribution(low, high, log=kind.logarithmic)


def _values(domain: BaseDistribution, points: int) -> tuple[float | str, ...]:
    match domain:
        case CategoricalDistribution():
            return tuple(map(str, domain.choices))
        case IntDistribution(low=low, high=high):
            count = min(points, high - low + 1)
            gaps = max(count - 1, 1)
            return tuple(float(low + (i * (high - low)) // gaps) for i in range(count))
        case FloatDistribution(low=low, high=high, log=True):
            return tuple(exp(x) for x in _middles(log(low), log(high), points))
        case FloatDistribution(low=low, high=high):
            return _middles(low, high, points)
    raise TypeError(f"no grid on {domain}")


def _middles(low: float, high: float, points: int) -> tuple[float, ...]:
    """Of equal parts of an interval."""
    return tuple(low + (i + 0.5) / points * (high - low) for i in range(points))
