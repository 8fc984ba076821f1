"""Torch's randomness for the length of a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, torch's randomness starts from `seed`; outside, nothing is disturbed."""
    with drawing_from(torch.Generator().manual_seed(seed)):
        yield


@contextmanager
def drawing_from(stream: torch.Generator) -> Iterator[None]:
    """Inside, torch draws the next numbers of `stream`; outside, nothing is disturbed.

    Only on the CPU: `torch.random.fork_rng` would be right everywhere and takes 0.7 ms.
    """
    ours = torch.default_generator
    before = ours.get_state()
    ours.set_state(stream.get_state())
    try:
        yield
    finally:
        stream.set_state(ours.get_state())
        ours.set_state(before)
