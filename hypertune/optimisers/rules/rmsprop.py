"""Steps scaled by a running mean of the squared gradient, as `torch.optim.RMSprop`."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from hypertune.optimisers.rules.elementwise import Elementwise, downhill, is_on, mean, plus, root
from hypertune.runtime import Number


def _slots(momentum: Number = 0.0, centered: bool = False, **_: Any) -> tuple[str, ...]:
    also = ["grad_avg"] if centered else []
    return ("square_avg", *also, *(["momentum_buffer"] if is_on(momentum) else []))


def _update(
    p: Tensor,
    g: Tensor,
    *,
    k: int,
    square_avg: Tensor,
    grad_avg: Tensor | None = None,
    momentum_buffer: Tensor | None = None,
    lr: Number = 1e-2,
    alpha: Number = 0.99,
    eps: float = 1e-8,
    weight_decay: Number = 0.0,
    momentum: Number = 0.0,
    centered: bool = False,
    maximize: bool = False,
) -> tuple[Tensor, dict[str, Tensor]]:
    g = downhill(p, g, weight_decay, maximize)
    variance = square_avg = mean(square_avg, g * g, alpha)
    kept = {"square_avg": square_avg}
    if grad_avg is not None:
        kept["grad_avg"] = grad_avg = mean(grad_avg, g, alpha)
        variance = square_avg - grad_avg * grad_avg
    way = g / (root(variance) + eps)
    if momentum_buffer is not None:
        kept["momentum_buffer"] = way = plus(way, momentum_buffer, momentum)
    return plus(p, way, -lr), kept


RMSPROP = Elementwise(_slots, _update)
