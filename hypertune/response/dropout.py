"""Dropout with a rate for each example."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor

from hypertune.conditioning import Conditioning, Rows
from hypertune.response.layer import Layer

_LEVELS = 2**16  # rates are rounded to this many


class Dropout(Layer):
    """In training, zero numbers at random and scale the others by 1/(1 − rate).

    No gradient reaches the rate: it is tuned by how the weights respond to it.

    Args:
        rate: that of every example, or None to read it from the conditioning.
        shared: axes along which numbers are dropped together: those of an image behind its
            channels, or that of time.
        argument: the name of the rate in the conditioning.

    """

    def __init__(
        self, rate: float | None, shared: slice | None = None, argument: str = "p"
    ) -> None:
        super().__init__()
        self.rate = rate
        self.argument = argument
        self.shared = shared

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        factor = self._factor(x, conditioning)
        return x if factor is None else x * factor

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        factor = self._factor(x, conditioning)
        if factor is None:
            return x, dx
        return x * factor, None if dx is None else dx * factor

    def _factor(self, x: Tensor, conditioning: Conditioning) -> Tensor | None:
        """What each number is multiplied by; None if that is one everywhere."""
        if not self.training or self.rate == 0:
            return None
        shape = list(x.shape)
        if self.shared is not None:
            shape[self.shared] = [1] * len(shape[self.shared])
        rate = conditioning.values[self.argument] if self.rate is None else self.rate
        return kept_shares(tuple(shape), rate, x, conditioning.rows)


def kept_shares(
    shape: tuple[int, ...], rate: Tensor | float, like: Tensor, rows: Rows | None = None
) -> Tensor:
    """Zeros at random, at a rate for each row or one for all; elsewhere 1/(1 − rate).

    They have the dtype and the device of `like`. With `rows` they are drawn for the whole batch.
    """
    kept = torch.empty(shape, dtype=like.dtype, device=like.device)
    if rows is None:
        noise = _noise(shape, like.device)
    else:
        noise = rows.of(_noise((rows.total, *shape[1:]), like.device))
    if isinstance(rate, float):
        dropped = _rounded(rate)
        torch.ge(noise, dropped - _LEVELS // 2, out=kept)
        return kept.mul_(_LEVELS / (_LEVELS - dropped))
    rate_B = rate.detach().reshape(-1, *(1,) * (len(shape) - 1))
    level_B = ((rate_B - 0.5) * _LEVELS).round_().clamp_(max=_LEVELS // 2 - 1).to(torch.int16)
    torch.ge(noise, level_B, out=kept)
    return kept.div_(0.5 - level_B / _LEVELS)


def _rounded(rate: float) -> int:
    return min(round(rate * _LEVELS), _LEVELS - 1)


def _noise(shape: tuple[int, ...], device: torch.device) -> Tensor:
    """Even noise over all of int16.

    Four numbers are cut from each random word: on a CPU that is five times as fast as torch's
    own dropout. The scale above is that of the rounded rate, so the mean stays exact.
    """
    count = prod(shape)
    words = torch.empty(-(-count // 4), dtype=torch.int64, device=device)
    words.random_(-(2**63), None)
    numbers = words.view(torch.int16)
    return (numbers if count % 4 == 0 else numbers[:count]).view(shape)
