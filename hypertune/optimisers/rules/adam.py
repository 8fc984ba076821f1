"""Adam, as `torch.optim.Adam`."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from hypertune.optimisers.rules.elementwise import (
    Elementwise,
    downhill,
    is_on,
    mean,
    plus,
    root,
    unbias,
)
from hypertune.runtime import Number


def slots(amsgrad: bool = False, **_: Any) -> tuple[str, ...]:
    return ("exp_avg", "exp_avg_sq", *(["max_exp_avg_sq"] if amsgrad else []))


def update(
    p: Tensor,
    g: Tensor,
    *,
    k: int,
    exp_avg: Tensor,
    exp_avg_sq: Tensor,
    max_exp_avg_sq: Tensor | None = None,
    lr: Number = 1e-3,
    betas: tuple[Number, Number] = (0.9, 0.999),
    eps: float = 1e-8,
    weight_decay: Number = 0.0,
    amsgrad: bool = False,
    maximize: bool = False,
    decoupled_weight_decay: bool = False,
) -> tuple[Tensor, dict[str, Tensor]]:
    g = downhill(p, g, 0.0 if decoupled_weight_decay else weight_decay, maximize)
    if decoupled_weight_decay and is_on(weight_decay):
        p = p * (1 - lr * weight_decay)
    beta1, beta2 = betas
    exp_avg = mean(exp_avg, g, beta1)
    exp_avg_sq = mean(exp_avg_sq, g * g, beta2)
    kept = {"exp_avg": exp_avg, "exp_avg_sq": exp_avg_sq}
    largest = exp_avg_sq
    if max_exp_avg_sq is not None:
        kept["max_exp_avg_sq"] = largest = torch.maximum(max_exp_avg_sq, exp_avg_sq)
    scale = root(largest) / unbias(beta2, k) ** 0.5 + eps
    return plus(p, exp_avg / scale, -lr / unbias(beta1, k)), kept


ADAM = Elementwise(slots, update)
