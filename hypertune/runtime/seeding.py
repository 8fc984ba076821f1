"""Random numbers that depend on nothing but a seed and a place in the run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import torch

_64_BITS = (1 << 64) - 1


def mixed(*numbers: int) -> int:
    """One seed from several numbers; neighbours give unrelated seeds.

    Source: Steele, Lea and Flood 2014, the finaliser of SplitMix64.
    """
    z = 0
    for number in numbers:
        z = (z + number + 0x9E3779B97F4A7C15) & _64_BITS
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & _64_BITS
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & _64_BITS
        z ^= z >> 31
    return z


def generators(devices: Iterable[torch.device]) -> tuple[torch.Generator, ...]:
    """The default generators of the CPU and of `devices`.

    An accelerator that does not show its generators (mps) has none here: what is drawn on it
    does not repeat.
    """
    found = [torch.default_generator]
    for device in sorted({d for d in devices if d.type not in ("cpu", "meta")}, key=str):
        shown = getattr(torch.get_device_module(device), "default_generators", ())
        found += [shown[device.index or 0]] if shown else []
    return tuple(found)


@contextmanager
def seeded(defaults: tuple[torch.Generator, ...], seed: int) -> Iterator[None]:
    """Within, generators start from `seed`; afterwards they go on as if nothing had been drawn."""
    before = [g.get_state() for g in defaults]
    for g in defaults:
        g.manual_seed(seed)
    try:
        yield
    finally:
        for g, state in zip(defaults, before, strict=True):
            g.set_state(state)
