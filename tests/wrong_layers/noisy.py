"""Layers that are wrong in training alone, where they draw noise."""

from __future__ import annotations

import torch
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.response import Layer
from hypertune.response.dropout import Dropout
from wrong_layers.wrong import Wrong, dropout, free


class MeanRate(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        means = {name: v.mean(0, keepdim=True) for name, v in conditioning.values.items()}
        return super().forward(x, Conditioning(means, conditioning.response_BG))


class ReachableRate(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = super().forward(x, conditioning)
        for rate_B in conditioning.values.values():
            y = y * (1 - rate_B).reshape(-1, *(1,) * (x.dim() - 1))
        return y


class Unscaled(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        factor = self._factor(x, conditioning)
        return x if factor is None else x * (factor != 0)


class Inverted(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        factor = self._factor(x, conditioning)
        if factor is None:
            return x
        dropped = factor == 0
        return x * dropped / dropped.double().mean().clamp(min=0.1).to(x.dtype)


class MeanOfNineTenths(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = super().forward(x, conditioning)
        return 0.9 * y if self.training else y


class OneNoise(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        factor = self._factor(x[:1], conditioning)
        return x if factor is None else x * factor


class OneFactor(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = super().forward(x, conditioning)
        return y * (1 + torch.randn(1, device=x.device).to(x.dtype)) if self.training else y


class AnotherInTraining(Layer):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return x.relu() + 0.01 * x if self.training else x.relu()


_TRAINS = "trains as its plain twin"
_ROWS = "draws its noise for each row alone"
_HELD_APART = "has the gradient of finite differences"
NOISY = (
    Wrong("the mean rate", "reads the values of each example", dropout(MeanRate)),
    Wrong("a gradient by the rate", _HELD_APART, dropout(ReachableRate)),
    Wrong("dropout unscaled", _TRAINS, dropout(Unscaled)),
    Wrong("dropout that keeps where it should drop", _TRAINS, dropout(Inverted)),
    Wrong("dropout of mean 0.9", _TRAINS, dropout(MeanOfNineTenths)),
    Wrong("another function in training", _TRAINS, free(AnotherInTraining)),
    Wrong("one noise for the batch", _ROWS, dropout(OneNoise)),
    Wrong("one noise factor for the batch", _ROWS, dropout(OneFactor)),
)
