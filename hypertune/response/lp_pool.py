"""The norm of every window."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer

Sizes = tuple[int, ...]


class LPPool(Layer):
    """(Σ x^p)^(1/p) of windows that slide over 1 to 3 axes; p is 1 or even.

    A window of zeros has a norm of zero and, as torch's, a gradient of zero: a subgradient.
    """

    def __init__(self, power: int, kernel_size: Sizes, stride: Sizes, ceil_mode: bool) -> None:
        super().__init__()
        self.power, self.count = power, prod(kernel_size)
        mean = _MEAN[len(kernel_size)]
        self.mean: Callable[[Tensor], Tensor] = lambda x: mean(
            x, kernel_size, stride, 0, ceil_mode
        )

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self._norm(self._sum(_exact(x) ** self.power)).to(x.dtype)

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        exact = _exact(x)
        total = self._sum(exact**self.power)
        y = self._norm(total).to(x.dtype)
        if dx is None:
            return y, None
        slope = self._root(total, 1 / self.power - 1)
        return y, (slope * self._sum(exact ** (self.power - 1) * dx)).to(x.dtype)

    def _sum(self, x: Tensor) -> Tensor:
        # Torch's sum of a window that reaches over the edge is its mean times the whole window.
        return self.mean(x) * self.count

    def _norm(self, total: Tensor) -> Tensor:
        return total if self.power == 1 else self._root(total, 1 / self.power)

    def _root(self, total: Tensor, exponent: float) -> Tensor:
        """A power of what is above zero; of zero it is zero, and so is its gradient."""
        if self.power == 1:
            return torch.ones_like(total)
        above = total > 0
        return torch.where(above, total, 1) ** exponent * above


def _exact(x: Tensor) -> Tensor:
    return x.to(torch.promote_types(x.dtype, torch.float32))


_MEAN: dict[int, Any] = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
