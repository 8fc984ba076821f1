"""Gradient descent, as `torch.optim.SGD`."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from hypertune.optimisers.rules.elementwise import Elementwise, downhill, is_on, plus
from hypertune.runtime import Number


def _slots(momentum: Number = 0.0, **_: Any) -> tuple[str, ...]:
    return ("momentum_buffer",) if is_on(momentum) else ()


def _update(
    p: Tensor,
    g: Tensor,
    *,
    k: int,
    momentum_buffer: Tensor | None = None,
    lr: Number = 1e-3,
    momentum: Number = 0.0,
    dampening: Number = 0.0,
    weight_decay: Number = 0.0,
    nesterov: bool = False,
    maximize: bool = False,
) -> tuple[Tensor, dict[str, Tensor]]:
    g = downhill(p, g, weight_decay, maximize)
    if momentum_buffer is None:
        return plus(p, g, -lr), {}
    fresh = g * (1 - dampening) if is_on(dampening) else g
    buffer = g if k == 0 else plus(fresh, momentum_buffer, momentum)  # the first is not dampened
    way = plus(g, buffer, momentum) if nesterov else buffer
    return plus(p, way, -lr), {"momentum_buffer": buffer}


SGD = Elementwise(_slots, _update)
