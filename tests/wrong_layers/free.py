"""Layers without weights, wrong in any mode."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response import Layer
from hypertune.response.elementwise import Elementwise
from wrong_layers.wrong import Wrong, free


class CentredOverTheBatch(Layer):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return x - x.mean(0)


class DividedByTheBatch(Layer):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return x / len(x)


class LeakFromTheFifthRow(Layer):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return torch.cat([x[:4], x[4:] + x[:1]]).relu()


class WorkOnZeros(Layer):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return 2 * x

    def linearised(self, x: Tensor, dx: Tensor | None, conditioning: Conditioning):
        return 2 * x, 2 * (torch.zeros_like(x) if dx is None else dx)


class ForgottenOffset(Layer):
    def __init__(self) -> None:
        super().__init__()
        self.offset = torch.randn(1, dtype=torch.float64)

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return x + self.offset


class SinglePrecision(Layer):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return x.float()


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        return x.relu()

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        return gradient


class StraightThrough(Layer):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return _StraightThrough.apply(x)


def slope_of_one() -> Layer:
    return Elementwise(nn.ReLU(), lambda dx, x, y: dx)


_ROWS = "treats rows alone"
_LINEARISES = "linearises to its derivative"
FREE = (
    Wrong("a mean over the batch", _ROWS, free(CentredOverTheBatch)),
    Wrong("the size of the batch", _ROWS, free(DividedByTheBatch)),
    Wrong("a leak from the fifth row on", _ROWS, free(LeakFromTheFifthRow)),
    Wrong("a slope of one", _LINEARISES, free(slope_of_one)),
    Wrong("work on zeros", _LINEARISES, free(WorkOnZeros)),
    Wrong("an offset on the side", "is its state dict", free(ForgottenOffset)),
    Wrong("single precision", "keeps the dtype", free(SinglePrecision)),
    Wrong("a gradient of one", "has the gradient of finite differences", free(StraightThrough)),
)
