"""Kinds of domains: the values that a hyperparameter may have."""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, ClassVar

from attrs import frozen

from hypertune.catalogue.arguments import Arg, Args, nothing_refused


def _no_words(args: Args) -> tuple[str, ...]:
    return ()


@frozen
class DomainType:
    """The values that a hyperparameter may have, and its unconstrained coordinate.

    `unconstrain(value, lo, hi)` and `constrain(unconstrained, lo, hi)` are inverse to one another;
    `constrain_tensor` is `constrain` for tensors, elementwise, where lo and hi broadcast.
    `bounds` gives (lo, hi) from the arguments. A start must lie strictly between them (or from
    bound to bound if `closed`). `refuses` says why arguments that are right one by one do not fit
    together, such as ends in the wrong order ("" if they do).

    A `logarithmic` domain is even in its logarithm, for whoever draws from it.

    Where `words` gives any, the hyperparameter is one of these: it has an unconstrained value for
    each, the word's logit, and is the word whose logit is the largest. All else is then said of a
    logit.
    """

    noun: ClassVar = "domain"
    name: str
    doc: str
    args: tuple[Arg, ...]
    bounds: Callable[[Args], tuple[float, float]]
    unconstrain: Callable[[float, float, float], float]
    constrain: Callable[[float, float, float], float]
    constrain_tensor: Callable[[Any, Any, Any], Any]
    closed: bool = False
    discrete: bool = False
    logarithmic: bool = False
    refuses: Callable[[Args], str] = nothing_refused
    words: Callable[[Args], tuple[str, ...]] = _no_words

    def holds(self, args: Args, value: float) -> bool:
        """Whether it has this number; its ends only if it is closed."""
        low, high = self.bounds(args)
        inside = low < value < high or (self.closed and low <= value <= high)
        return inside and not (self.discrete and value != int(value))

    def is_bounded(self, args: Args) -> bool:
        """Whether it has ends, or words: values can be drawn from it."""
        return bool(self.words(args)) or all(map(isfinite, self.bounds(args)))


Domain = tuple[DomainType, Args]
