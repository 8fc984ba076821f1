"""Numbers of a size that a network likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.data.failures import LostInRounding, TooLarge
from hypertune.data.stored import Inputs
from hypertune.ir import Call

_ROWS, _NUMBERS = 4096, 2**24  # at a time, where numbers are read in double precision
_MOST_ROUNDED = 1e-3  # of the deviation may be lost where numbers become single


@frozen
class Scaling:
    """x -> (x - mean) / std; bytes become [0, 1] before.

    Bytes, and pixels that are augmented before, are scaled when they are served, in the precision
    of the network. All other numbers are scaled in double precision when they are loaded, so that
    large ones stay apart: `done` says that this is behind them.

    Shapes: `mean` and `std` broadcast against a batch. None stands for 0 and 1.
    """

    mean: Tensor | None = None
    std: Tensor | None = None
    done: bool = False

    def numbers(self, x: Tensor) -> Tensor:
        """A batch before it is scaled: bytes as numbers from 0 to 1, all else as it is."""
        return x.to(torch.get_default_dtype()).div_(255) if x.dtype == torch.uint8 else x

    def apply(self, x: Tensor) -> Tensor:
        """A batch as the network reads it."""
        if self.done:
            return x
        if x.dtype == torch.uint8:
            return self._scaled(self.numbers(x))
        if self.mean is None and not x.is_floating_point():
            return x  # places, such as those of words
        return self._scaled(x.double()).to(torch.get_default_dtype())

    def normalised(self, x: Tensor) -> Tensor:
        """A batch of `numbers` as the network reads it."""
        return x if self.done else self._scaled(x)

    def _scaled(self, x: Tensor) -> Tensor:
        if self.mean is not None:
            x = x - self.mean
        return x if self.std is None else x / self.std

    def late(self) -> Scaling:
        """The same for batches, in the precision of the network."""
        mean, std = (
            None if numbers is None else numbers.to(torch.get_default_dtype())
            for numbers in (self.mean, self.std)
        )
        return evolve(self, mean=mean, std=std)

    def undo(self, x: Tensor) -> Tensor:
        """Numbers in their own unit again, those of the network among them."""
        if self.mean is None or self.std is None:
            return x
        mean, std = self.mean.to(x.device), self.std.to(x.device)
        return x.to(std.dtype) * std + mean

    def to(self, device: torch.device | str) -> Scaling:
        """The same on a device, in single precision where it has no double."""
        single = torch.device(device).type == "mps"
        dtype = torch.float32 if single else None
        mean, std = (
            None if numbers is None else numbers.to(device, dtype)
            for numbers in (self.mean, self.std)
        )
        return evolve(self, mean=mean, std=std)


def scaled(x: Tensor, scaling: Scaling) -> Tensor:
    """What is to be served: floats are scaled in double precision, then cast.

    Raises:
        TooLarge: if one of them cannot be had.

    """
    if x.dtype == torch.uint8:
        return x
    pieces = [scaling.apply(rows) for rows in _pieces(x)]
    found = torch.cat(pieces) if pieces else x
    there = [numbers for numbers in (found, scaling.mean, scaling.std) if numbers is not None]
    if not all(numbers.isfinite().all() for numbers in there):
        raise TooLarge(x.abs().max().item(), scaling.mean is not None)
    return found


def check_apart(x: Inputs, scaling: Scaling, columns: tuple[str, ...]) -> None:
    """Nothing, if numbers that differ still do once they are scaled and cast.

    Args:
        x: the training examples, or their targets.
        scaling: what is going to be done to them.
        columns: what their numbers are, for people, where each has a name.

    Raises:
        LostInRounding: naming the first that do not.

    """
    if not x.is_floating_point() or not len(x):
        return
    moved = scaling.mean if scaling.mean is not None else torch.zeros(())
    mean = _mean(x, lambda rows: rows)
    deviation = _mean(x, lambda rows: (rows - mean).square()).sqrt()
    others = [axis for axis in range(x.dim()) if axis > 1]
    largest = torch.stack(
        [(rows.double() - moved).abs().amax([0, *others], keepdim=True)[0] for rows in _pieces(x)]
    ).amax(0)
    rounded = largest * torch.finfo(torch.get_default_dtype()).eps / 2
    lost = (deviation > 1e-12 * mean.abs()) & (rounded > _MOST_ROUNDED * deviation)
    if lost.any():
        first = int(lost.flatten().nonzero()[0])
        what = columns[first] if len(columns) == lost.numel() else "an example"
        numbers = (each.flatten()[first].item() for each in (largest, deviation))
        raise LostInRounding(what, *numbers)


def fit(scale: Call | None, train: Inputs) -> Scaling:
    """The scaling that a spec asks for: by its numbers, or from the training part alone.

    One mean and deviation per channel of an image, per feature of a row. Units: numbers in a
    spec are those of pixels in [0, 1].
    """
    if scale is None:
        return Scaling()
    if scale.kind == "standardize":
        return standardize(train)
    return Scaling(_numbers(scale.args["mean"], train), _numbers(scale.args["std"], train))


def standardize(x: Inputs) -> Scaling:
    """What gives `x` mean 0 and deviation 1, per channel or feature; constants become 0.

    Units: the deviation is that of the examples themselves (divided by their count).
    """
    mean = _mean(x, lambda rows: rows)
    deviation = _mean(x, lambda rows: (rows - mean).square()).sqrt()
    constant = deviation <= 1e-12 * mean.abs()  # what deviates by rounding alone
    std = deviation.where(~constant, 1)
    dtype = _precision(x)
    return Scaling(mean.to(dtype), std.to(dtype))


def _pieces(x: Inputs) -> Iterator[Tensor]:
    """All rows, some at a time."""
    rows = min(_ROWS, max(_NUMBERS // max(prod(x.shape[1:]), 1), 1))
    for start in range(0, max(len(x), 1), rows):
        yield x[start : start + rows]


def _mean(x: Inputs, of: Callable[[Tensor], Tensor]) -> Tensor:
    """The mean of a function of the numbers, over all axes but the second, without the first."""
    others = [axis for axis in range(x.dim()) if axis != 1]
    unit = 255 if x.dtype == torch.uint8 else 1
    totals = [of(rows.double() / unit).sum(others, keepdim=True) for rows in _pieces(x)]
    count = prod(x.shape) // totals[0].numel()
    return torch.stack(totals).sum(0)[0] / count


def _numbers(value: Any, x: Inputs) -> Tensor:
    """A number for all channels or features, or one for each."""
    several = value if isinstance(value, tuple) else (value,)
    each = torch.tensor(several, dtype=_precision(x), device=x.device)
    return each.view(-1, *(1,) * (x.dim() - 2))


def _precision(x: Inputs) -> torch.dtype:
    """That of the numbers by which `x` is scaled."""
    return torch.get_default_dtype() if x.dtype == torch.uint8 else torch.float64
