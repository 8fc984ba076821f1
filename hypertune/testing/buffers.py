"""What a layer keeps from call to call: statistics and hidden states, as its caller holds them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from torch import Tensor

from hypertune.response import Layer


@contextmanager
def restored(layer: Layer) -> Iterator[None]:
    """Inside, statistics are copies and no stream has begun; outside, nothing has changed."""
    before = [(part, dict(part._buffers)) for part in layer.modules() if part._buffers]
    for part, buffers in before:
        states = part.states if isinstance(part, Layer) else frozenset()
        for key, buffer in buffers.items():
            fresh = None if buffer is None or key in states else buffer.clone()
            part._buffers[key] = fresh
    try:
        yield
    finally:
        for part, buffers in before:
            part._buffers.clear()
            part._buffers.update(buffers)


def has_states(layer: Layer) -> bool:
    """Whether a layer hands hidden states on from call to call."""
    return any(part.states for part in layer.modules() if isinstance(part, Layer))


def statistics(layer: Layer) -> dict[str, Tensor]:
    """Copies of the statistics, by name."""
    parameters = {name for name, _ in layer.named_parameters(remove_duplicate=False)}
    return {
        name: tensor.clone()
        for name, tensor in layer.state_dict().items()
        if name not in parameters
    }
