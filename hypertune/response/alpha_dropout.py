"""Dropout that keeps the mean and variance of standard normal numbers.

Source: Klambauer et al. 2017; torch.nn.AlphaDropout.
"""

from __future__ import annotations

import torch
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.response.dropout import Dropout

_FLOOR = -1.7580993408473766  # where selu goes to, far below zero


class AlphaDropout(Dropout):
    """In training, put numbers at random to selu's floor, then restore mean and variance.

    The arguments are those of `Dropout`.
    """

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self.linearised(x, None, conditioning)[0]

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        shares = self._factor(x, conditioning)
        if shares is None:
            return x, dx
        kept, rate = shares > 0, self._rate(x, conditioning)
        scale = ((1 - rate) * (1 + rate * _FLOOR**2)).rsqrt()
        shift = -scale * rate * _FLOOR
        y = torch.where(kept, scale * x + shift, scale * _FLOOR + shift)
        return y.to(x.dtype), None if dx is None else torch.where(kept, scale * dx, 0).to(x.dtype)

    def _rate(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        if self.rate is not None:
            return x.new_tensor(self.rate)
        rate_B = conditioning.values[self.argument].detach()
        return rate_B.reshape(-1, *(1,) * (x.dim() - 1))
