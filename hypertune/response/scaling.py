"""A factor, and noise: numbers of each example's own, by which a gradient comes."""

from __future__ import annotations

import torch
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer


class _OfEachExample(Layer):
    """Has a number for each example: a constant, or None to read `argument` from conditioning."""

    def __init__(self, constant: float | None, argument: str) -> None:
        super().__init__()
        self.constant, self.argument = constant, argument

    def number(self, x: Tensor, conditioning: Conditioning) -> float | Tensor:
        """The number, where it meets x."""
        if self.constant is not None:
            return self.constant
        number_B = conditioning.values[self.argument]
        return number_B.reshape(-1, *(1,) * (x.dim() - 1)).to(x.dtype)


class Scale(_OfEachExample):
    """The input times a factor."""

    def __init__(self, factor: float | None) -> None:
        super().__init__(factor, "factor")

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self.number(x, conditioning) * x

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        factor = self.number(x, conditioning)
        return factor * x, None if dx is None else factor * dx


class Noise(_OfEachExample):
    """In training, the input plus normal numbers of a standard deviation."""

    def __init__(self, std: float | None) -> None:
        super().__init__(std, "std")

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        if not self.training or self.constant == 0:
            return x
        rows, like = conditioning.rows, x
        if rows is not None:
            like = x.new_empty(rows.total, *x.shape[1:])
        noise = torch.randn_like(like)
        return x + self.number(x, conditioning) * (noise if rows is None else rows.of(noise))

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        return self(x, conditioning), dx
