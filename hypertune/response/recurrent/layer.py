"""Recurrent layers of any cell: their weights, kept states and readings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer
from hypertune.response.recurrent.cell import Cell, Tensors
from hypertune.response.recurrent.deep import deep_linearised, deep_recurrent
from hypertune.response.recurrent.gates import GateMap
from hypertune.response.responding_map import RespondingMap


class Gates(RespondingMap):
    """The affine map to the gates, from the input or from the hidden state, and its response."""

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return F.linear(x, weight, bias)

    def map(self, conditioning: Conditioning) -> GateMap:
        """The map as the kernels take it."""
        response, response_BG = self.response, conditioning.response_BG
        if response is None or response_BG is None:
            return GateMap(self.weight, self.bias)
        shift_BG = None
        if response.bias is not None and response.bias_scale is not None:
            shift_BG = response_BG @ response.bias_scale.T * response.bias
        scale_BG = response_BG @ response.weight_scale.T
        return GateMap(self.weight, self.bias, response.weight, scale_BG, shift_BG)


class Recurrent(Layer):
    """Layers of one cell, in one direction or both; x (B, T, I) to y (B, T, directions x H).

    The final state is the initial one of the next batch of the same stream; only forwards, since
    backwards a later batch comes before. No gradient follows it from batch to batch.

    Args:
        plain: torch's module of the same cell; its weights are the base.
        second: another, whose weights are U and c, if the layer responds.
        given: how many hyperparameters it responds to.
        weight_dropout: rate at which numbers of the recurrent weights are zeroed in training, with
            one mask for all examples and steps; None reads it from the conditioning.

    """

    def __init__(
        self,
        cell: Cell,
        plain: nn.RNNBase,
        second: nn.RNNBase | None,
        given: int,
        weight_dropout: float | None,
    ) -> None:
        super().__init__()
        self.cell, self.weight_dropout = cell, weight_dropout
        self.layers, self.directions = plain.num_layers, 1 + plain.bidirectional
        self.hidden_size = plain.hidden_size
        self.maps = nn.ModuleDict({name: Gates(*_pair(plain, name)) for name in _names(plain)})
        if second is not None:
            for name, gates in self._gates():
                gates.respond_to(given, *_pair(second, name))
        for k in range(cell.states):
            self.register_state(f"state_{k}")

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y, final = deep_recurrent(self.cell, x, self._initial(x), self.layer_maps(conditioning))
        for k, tensor in enumerate(final):
            kept = tensor.detach().transpose(0, 1)[:, :: self.directions]
            setattr(self, f"state_{k}", kept)
        return y

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        state, layers = self._initial(x), self.layer_maps(conditioning)
        if dx is None and (conditioning.response_BG is None or not self.has_response):
            return deep_recurrent(self.cell, x, state, layers)[0], None
        constant = (None,) * self.cell.states
        (y, _), (dy, _) = deep_linearised(self.cell, x, dx, state, constant, layers)
        return y, dy

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        return {
            f"{key}_{name}": value
            for name, gates in self._gates()
            for key, value in gates.folded(response_G).items()
        }

    def _gates(self) -> Iterator[tuple[str, Gates]]:
        return cast("Iterator[tuple[str, Gates]]", iter(self.maps.items()))

    def _initial(self, x_BTI: Tensor) -> Tensors:
        """The state that was kept, or zeros; (layers x directions, B, H)."""
        weight = next(self.parameters())
        zeros = weight.new_zeros(self.layers, len(x_BTI), self.hidden_size)
        kept = (getattr(self, f"state_{k}") for k in range(self.cell.states))
        forwards = [
            zeros if tensor is None else tensor.to(zeros.device).transpose(0, 1) for tensor in kept
        ]
        if self.directions == 1:
            return tuple(forwards)
        return tuple(torch.stack([tensor, zeros], 1).flatten(0, 1) for tensor in forwards)

    def layer_maps(self, conditioning: Conditioning) -> list[list[tuple[GateMap, GateMap]]]:
        """Those of input and hidden state, of every direction of every layer."""
        maps = iter([gates.map(conditioning) for _, gates in self._gates()])
        pairs = [(incoming, self._dropped(next(maps), conditioning)) for incoming in maps]
        return [pairs[k : k + self.directions] for k in range(0, len(pairs), self.directions)]

    def _dropped(self, gates: GateMap, conditioning: Conditioning) -> GateMap:
        if not self.training or self.weight_dropout == 0:
            return gates
        rate: float | Tensor | None = self.weight_dropout
        if rate is None:  # the same for all examples
            rate = conditioning.values["weight_dropout"][:1].detach()
        weight_GI = gates.weight_GI
        kept = torch.rand(weight_GI.shape, device=weight_GI.device) >= rate
        return gates.masked((kept / (1 - rate)).to(weight_GI.dtype))


def _names(plain: nn.RNNBase) -> list[str]:
    """Of the maps, in torch's order: `ih_l0`, `hh_l0`, and so on."""
    names = (name for name, _ in plain.named_parameters())
    return [name.removeprefix("weight_") for name in names if name.startswith("weight_")]


def _pair(plain: nn.RNNBase, name: str) -> tuple[Tensor, Tensor | None]:
    bias: Tensor | None = getattr(plain, f"bias_{name}", None)
    return getattr(plain, f"weight_{name}").data, None if bias is None else bias.data
