"""Gradient descent, as `torch.optim.SGD`."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from hypertune.optimisers.rules.elementwise import Elementwise, is_on, towards_zero
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
    g = towards_zero(p, g, weight_decay, maximize)
    if momentum_buffer is None:
        return p - lr * g, {}
    # The first gradient is not dampened.
    buffer = g if k == 0 else momentum * momentum_buffer + (1 - dampening) * g
    way = g + momentum * buffer if nesterov else buffer
    return p - lr * way, {"momentum_buffer": buffer}


SGD = Elementwise(_slots, _update)
