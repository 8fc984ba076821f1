"""Examples that lie in a file, of which those are read that are asked for."""

from __future__ import annotations

import torch
from attrs import evolve, frozen
from torch import Tensor


@frozen(eq=False)
class Stored:
    """Rows of a tensor whose memory is a file, in any order.

    It is used like a tensor of these rows: what is cut out of it is read, and is a tensor. The
    system keeps as much of the file in memory as there is room for.

    Args:
        x: all rows, memory-mapped.
        places_N: which of them, in which order.
        device: where those are put that are read.

    """

    x: Tensor
    places_N: Tensor
    device: torch.device

    @classmethod
    def of(cls, x: Tensor) -> Stored:
        """All rows in their order."""
        return cls(x, torch.arange(len(x)), x.device)

    @property
    def dtype(self) -> torch.dtype:
        return self.x.dtype

    @property
    def shape(self) -> torch.Size:
        return torch.Size((len(self), *self.x.shape[1:]))

    def __len__(self) -> int:
        return len(self.places_N)

    def dim(self) -> int:
        return self.x.dim()

    def is_floating_point(self) -> bool:
        return self.x.is_floating_point()

    def only(self, rows: Tensor | slice) -> Stored:
        """Some of the rows, without reading them."""
        return evolve(self, places_N=self.places_N[rows])

    def __getitem__(self, rows: int | slice) -> Tensor:
        return self.x[self.places_N[rows]].to(self.device)

    def index_select(self, dim: int, index_B: Tensor) -> Tensor:
        """Rows of the batch, read; `dim` is the first, as of a tensor's method of this name."""
        if dim != 0:
            raise ValueError("rows alone can be chosen of what lies in a file")
        found = self.x.index_select(0, self.places_N[index_B.cpu()])
        return found.to(self.device, non_blocking=True)

    def to(self, device: torch.device | str) -> Stored:
        """The same rows, put on a device once they are read."""
        return evolve(self, device=torch.device(device))


Inputs = Tensor | Stored


def joined(x: Inputs, other: Inputs) -> Inputs:
    """The rows of both, one after the other; those of one file are not read yet."""
    if isinstance(x, Stored) and isinstance(other, Stored) and x.x is other.x:
        return evolve(x, places_N=torch.cat([x.places_N, other.places_N]))
    return torch.cat([x[:], other[:]])


def only(x: Inputs, rows: Tensor | slice) -> Inputs:
    """Some rows; those of a file are not read yet."""
    return x.only(rows) if isinstance(x, Stored) else x[rows]
