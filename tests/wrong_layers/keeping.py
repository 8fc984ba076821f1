"""Layers that keep something from call to call, or draw noise from elsewhere, and should not."""

from __future__ import annotations

import random

import torch
from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.response import Layer
from hypertune.response.dropout import Dropout
from wrong_layers.wrong import Wrong, dropout, free


class RunningSum(Layer):
    """A right one: y_t = x_t + … + x_1, by a state."""

    def __init__(self) -> None:
        super().__init__()
        self.register_state("total")

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        self.total = x if self.total is None else x + self.total
        return self.total


class LeakingState(RunningSum):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = super().forward(x, conditioning)
        self.total = y.mean(0, keepdim=True).expand_as(y)
        return y


class MisplacedState(RunningSum):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = super().forward(x, conditioning)
        self.total = y.flip(0)
        return y


class RunningMean(Layer):
    """A right one: what a mean over training batches is taken from, by a statistic."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(()).double())

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = x - self.mean.to(x)
        if self.training:
            self.move(x)
        return y

    def move(self, x: Tensor) -> None:
        self.mean = 0.9 * self.mean + 0.1 * x.detach().mean().to(self.mean)


class MovedInEvaluation(RunningMean):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        self.move(x)
        return super().forward(x, conditioning)


class MovedByLinearising(RunningMean):
    def linearised(self, x: Tensor, dx: Tensor | None, conditioning: Conditioning):
        return self(x, conditioning), dx


class HiddenMemory(Layer):
    def __init__(self) -> None:
        super().__init__()
        self.last: Tensor | float = 0.0

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = x + self.last
        self.last = x.detach().mean()
        return y


class PythonsNoise(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return x * random.random() if self.training else x


class FixedNoise(Dropout):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return super().forward(x, conditioning)


_SAME = "gives the same whenever it is called"
_MOVES = "moves its statistics in training alone"
_APART = "keeps the states of streams apart"
KEEPING = (
    Wrong("a memory on the side", _SAME, free(HiddenMemory)),
    Wrong("noise of Python's", _SAME, dropout(PythonsNoise)),
    Wrong("noise that ignores the draw", "draws other noise by another seed", dropout(FixedNoise)),
    Wrong("a statistic moved in evaluation", _MOVES, free(MovedInEvaluation)),
    Wrong("a statistic moved by linearising", _MOVES, free(MovedByLinearising)),
    Wrong("a state that leaks between streams", _APART, free(LeakingState)),
    Wrong("the state of another stream", _APART, free(MisplacedState)),
)
RIGHT = {_MOVES: free(RunningMean), _APART: free(RunningSum)}
