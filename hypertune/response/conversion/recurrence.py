"""Recurrent layers of torch, whose gates respond."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.response.conversion.exchanged import Exchanged, Place, packed, unpacked
from hypertune.response.layer import Layer
from hypertune.response.recurrent import GateMap, Recurrent, deep_linearised, deep_recurrent

States = tuple[Tensor, ...]


class Recurrence(Exchanged):
    """Called as `nn.LSTM` and its like: the state is handed over and given back."""

    def __init__(self, place: Place, was: nn.RNNBase, layer: Recurrent) -> None:
        super().__init__(place, was)
        self.layer = layer
        self.first, self.rate = was.batch_first, was.dropout
        layer.states = frozenset()  # none is kept from batch to batch

    def layers(self) -> Iterator[tuple[str, Layer]]:
        yield "", self.layer

    def forward(
        self, x: Tensor, hx: Tensor | States | None = None
    ) -> tuple[Tensor, Tensor | States]:
        if not isinstance(x, Tensor) or x.dim() != 3:
            raise ValueError(f"`{self.place.name}` responds to batches that are not packed only")
        its = self.at()
        x = self.rows(x if self.first else x.transpose(0, 1), its)
        state = self._initial(x, hx)
        maps, finals = self.layer.layer_maps(its), []
        directions = len(maps[0])
        for k, layer in enumerate(maps):
            if k:  # drawn along time first, as torch draws it
                x = x.transpose(0, 1).contiguous()
                x = F.dropout(x, self.rate, self.training).transpose(0, 1)
            own = tuple(s[k * directions : (k + 1) * directions] for s in state)
            x, final = self._read(x, own, layer, its.linearised)
            finals.append(final)
        ended = tuple(torch.cat(parts) for parts in zip(*finals, strict=True))
        return (x if self.first else x.transpose(0, 1)), ended if len(ended) > 1 else ended[0]

    def _initial(self, x: Tensor, hx: Tensor | States | None) -> States:
        if hx is not None:
            return (hx,) if isinstance(hx, Tensor) else hx
        count = self.layer.layers * self.layer.directions
        zeros = x.new_zeros(count, len(x), self.layer.hidden_size)
        return (zeros,) * self.layer.cell.states

    def _read(
        self, x: Tensor, state: States, maps: Sequence[tuple[GateMap, GateMap]], linearised: bool
    ) -> tuple[Tensor, States]:
        """Outputs and final state of one layer; dual tensors in the linearised reading."""
        cell = self.layer.cell
        if not linearised:
            return deep_recurrent(cell, x, state, [maps])
        x, dx = unpacked(x)
        at, along = zip(*map(unpacked, state), strict=True)
        (y, final), (dy, dfinal) = deep_linearised(cell, x, dx, at, along, [maps])
        return packed((y, dy)), tuple(map(packed, zip(final, dfinal, strict=True)))
