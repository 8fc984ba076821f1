"""Torch's randomness for the length of a call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Inside, torch's randomness starts from `seed`; outside, nothing is disturbed."""
    with drawing_from(stream(seed)):
        yield


def stream(seed: int) -> torch.Generator:
    """A stream of numbers on the device where tensors are made."""
    return torch.Generator(default_generator().device).manual_seed(seed)


def default_generator() -> torch.Generator:
    """What torch draws from on the device where tensors are made: `with torch.device(…)`."""
    device = torch.get_default_device()
    if device.type != "cuda":
        return torch.default_generator
    torch.cuda.init()  # type: ignore[no-untyped-call]
    place = torch.cuda.current_device() if device.index is None else device.index
    return torch.cuda.default_generators[place]


@contextmanager
def drawing_from(stream: torch.Generator) -> Iterator[None]:
    """Inside, torch draws the next numbers of `stream`; outside, nothing is disturbed.

    Only on one device: `torch.random.fork_rng` would be right everywhere and takes 0.7 ms.
    """
    ours = default_generator()
    before = ours.get_state()
    ours.set_state(stream.get_state())
    try:
        yield
    finally:
        stream.set_state(ours.get_state())
        ours.set_state(before)
