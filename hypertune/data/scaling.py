"""Numbers of a size that a network likes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from attrs import frozen
from torch import Tensor

from hypertune.ir import Call

_ROWS = 4096  # at a time, where statistics are taken in double precision


@frozen
class Scaling:
    """x -> (x - mean) / std; bytes become [0, 1] before.

    Shapes: `mean` and `std` broadcast against a batch. None stands for 0 and 1.
    """

    mean: Tensor | None = None
    std: Tensor | None = None

    def apply(self, x: Tensor) -> Tensor:
        """A batch as the network reads it."""
        if x.dtype == torch.uint8:
            x = x.to(torch.get_default_dtype()).div_(255)
        if self.mean is not None:
            x = x - self.mean
        return x if self.std is None else x / self.std

    def undo(self, x: Tensor) -> Tensor:
        """Numbers in their own unit again, those of the network among them."""
        if self.mean is None or self.std is None:
            return x
        mean, std = self.mean.to(x.device), self.std.to(x.device)
        return x.to(std.dtype) * std + mean

    def to(self, device: torch.device | str) -> Scaling:
        """The same on a device."""
        mean, std = self.mean, self.std
        return Scaling(
            None if mean is None else mean.to(device), None if std is None else std.to(device)
        )


def fit(scale: Call | None, train: Tensor) -> Scaling:
    """The scaling that a spec asks for: by its numbers, or from the training part alone.

    One mean and deviation per channel of an image, per feature of a row. Units: numbers in a
    spec are those of pixels in [0, 1].
    """
    if scale is None:
        return Scaling()
    if scale.kind == "standardize":
        return standardize(train)
    return Scaling(_numbers(scale.args["mean"], train), _numbers(scale.args["std"], train))


def standardize(x: Tensor) -> Scaling:
    """What gives `x` mean 0 and deviation 1, per channel or feature; constants become 0.

    Units: the deviation is that of the examples themselves (divided by their count).
    """
    mean = _mean(x, lambda rows: rows)
    deviation = _mean(x, lambda rows: (rows - mean).square()).sqrt()
    constant = deviation <= 1e-12 * mean.abs()  # what deviates by rounding alone
    std = deviation.where(~constant, 1)
    dtype = torch.get_default_dtype()
    return Scaling(mean.to(dtype), std.to(dtype))


def _mean(x: Tensor, of: Callable[[Tensor], Tensor]) -> Tensor:
    """The mean of a function of the numbers, over all axes but the second, without the first."""
    others = [axis for axis in range(x.dim()) if axis != 1]
    pieces = [Scaling().apply(x[start : start + _ROWS]) for start in range(0, len(x), _ROWS)]
    totals = [of(rows.double()).sum(others, keepdim=True) for rows in pieces]
    count = x.numel() // totals[0].numel()
    return torch.stack(totals).sum(0)[0] / count


def _numbers(value: Any, x: Tensor) -> Tensor:
    """A number for all channels or features, or one for each."""
    several = value if isinstance(value, tuple) else (value,)
    each = torch.tensor(several, dtype=torch.get_default_dtype(), device=x.device)
    return each.view(-1, *(1,) * (x.dim() - 2))
