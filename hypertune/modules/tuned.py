"""Hyperparameters as one writes them in Python, with the domains of specs."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from attrs import field, frozen

from hypertune.catalogue import DomainType
from hypertune.ir import Call, Hyper
from hypertune.runtime import Hypers
from hypertune.standard import STANDARD
from hypertune.tuning.columns import columns_of


@frozen
class Tuned:
    """A number that is tuned: `Tuned(1e-4, "log", {"lo": 1e-6, "hi": 0.1})`.

    Args:
        start: where it starts.
        domain: where it stays, as in specs: `rate`, `positive`, `log`, `interval`, `real`, `int`.
        bounds: the arguments of the domain, by name.
        spread: the standard deviation of its perturbations, unconstrained.
        fixed: whether the spread is not tuned.
        per: what gets a perturbation of its own, `example` or `batch`.

    """

    start: float
    domain: str
    bounds: Mapping[str, float] = field(factory=dict)
    spread: float = 1.0
    fixed: bool = False
    per: str = "example"


def hypers(device: torch.device | str = "cpu", /, **tuned: Tuned) -> Hypers:
    """The hyperparameters of a problem, by the names that losses read them by.

    Raises:
        ValueError: if there is no such domain of numbers, or a start is not within it.

    """
    declared = [_declared(name, each) for name, each in tuned.items()]
    return columns_of(declared, STANDARD, torch.device(device))


def _declared(name: str, each: Tuned) -> Hyper:
    kinds = STANDARD.of(DomainType)
    numbers = {key: kind for key, kind in kinds.items() if key != "choice"}
    if each.domain not in numbers:
        raise ValueError(
            f"`{name}`: no domain is called `{each.domain}`, only {', '.join(numbers)}"
        )
    kind, expected = numbers[each.domain], {arg.name for arg in numbers[each.domain].args}
    if each.bounds.keys() != expected:
        wanted = ", ".join(sorted(expected)) or "none"
        raise ValueError(f"`{name}`: the bounds of `{each.domain}` are {wanted}")
    low, high = kind.bounds(each.bounds)
    inside = low <= each.start <= high if kind.discrete else low < each.start < high
    if not inside:
        raise ValueError(f"`{name}` starts at {each.start}, outside of {low} to {high}")
    return Hyper(
        name, Call(each.domain, each.bounds), each.start, each.per, each.spread, each.fixed
    )
