"""How parameters are moved: makers of optimisers and schedules, the clip and the precision."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from attrs import frozen
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LRScheduler

MakeOptimiser = Callable[[Iterable[Tensor]], Optimizer]  # such as partial(torch.optim.SGD, lr=0.1)


@frozen
class Recipe:
    """`responses` defaults to `weights`, `spreads` to `hypers`.

    The schedule moves the optimisers of weights and responses, once per epoch. `clip` bounds the
    norm of a gradient, of weights and responses each. `precision` is `float32` or `bf16`
    (autocast around both losses).
    """

    weights: MakeOptimiser
    hypers: MakeOptimiser | None = None
    responses: MakeOptimiser | None = None
    spreads: MakeOptimiser | None = None
    schedule: Callable[[Optimizer], LRScheduler] | None = None
    clip: float | None = None
    precision: str = "float32"
