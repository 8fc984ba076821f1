"""A layer type of a user's own whose only parameters have one axis: a PReLU that responds."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor, nn

from hypertune.catalogue import Costs, LayerType, Plain
from hypertune.conditioning import Conditioning
from hypertune.response import Layer, ResponseParameters


class _Slopes(ResponseParameters):
    def __init__(self, channels: int, given: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.zeros(channels, given))


class RespondingPReLU(Layer):
    """Shapes: x (B, C, …); the slope of channel c is a_c + (Vδ)_c."""

    def __init__(self, channels: int, given: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), 0.25))
        self.response = _Slopes(channels, given) if given else None

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        slope = self.weight[None]
        if conditioning.response_BG is not None and self.response is not None:
            slope = slope + conditioning.response_BG @ self.response.scale.T
        slope = slope.reshape(*slope.shape, *(1,) * (x.dim() - 2))
        return x.clamp(min=0) + slope * x.clamp(max=0)

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        weight = self.weight.detach()
        if response_G is not None and self.response is not None:
            weight = weight + self.response.scale.detach() @ response_G
        return {"weight": weight}


PRELU = LayerType(
    name="prelu",
    doc="x above zero; below it a slope of each channel's own, which responds.",
    args=(),
    output=lambda args, shape: shape,
    build=lambda args, shape, given: RespondingPReLU(shape[0], given),
    plain=lambda args, shape: Plain("PReLU", (shape[0],)),
    responds=True,
    costs=lambda args, shape, given: Costs(
        base=shape[0], response=shape[0] * given, flops=prod(shape)
    ),
)
