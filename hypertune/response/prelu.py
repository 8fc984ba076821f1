"""A relu whose slope below zero responds."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer
from hypertune.response.parameters import ResponseParameters


class _Response(ResponseParameters):
    def __init__(self, slopes: int, given: int) -> None:
        super().__init__()
        self.weight_scale = nn.Parameter(torch.zeros(slopes, given))


class PReLU(Layer):
    """Shapes: x (B, C, …); the slope below zero is a + Vδ, (C,) or (1,)."""

    def __init__(self, num_parameters: int, init: float, given: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((num_parameters,), float(init)))
        self.response = _Response(num_parameters, given) if given else None

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        slope = self._moved(conditioning.response_BG)
        slope = self.weight[None] if slope is None else self.weight + slope
        return x.clamp(min=0) + self._along(slope, x) * x.clamp(max=0)

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        y = self(x, conditioning.unresponsive)
        slope = self._along(self.weight[None], x)
        dy = None if dx is None else torch.where(x > 0, dx, slope * dx)
        moved = self._moved(conditioning.response_BG)
        if moved is None:
            return y, dy
        by_response = self._along(moved, x) * x.clamp(max=0)
        return y, by_response if dy is None else dy + by_response

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        weight, moved = self.weight.detach(), self._moved(response_G)
        return {"weight": weight if moved is None else weight + moved.detach()}

    def _moved(self, response: Tensor | None) -> Tensor | None:
        """By how much the slope responds."""
        if response is None or self.response is None:
            return None
        return response @ self.response.weight_scale.T

    def _along(self, slope_BC: Tensor, x: Tensor) -> Tensor:
        return slope_BC.reshape(*slope_BC.shape, *(1,) * (x.dim() - 2))
