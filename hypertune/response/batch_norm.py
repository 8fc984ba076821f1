"""Batch normalisation whose gain and bias respond."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer
from hypertune.response.parameters import StructuredResponse


class BatchNorm(Layer):
    """Shapes: x (B, C, …) to y of the same; gain and bias (C,).

    The gain at δ is gain + (Vδ) ⊙ u, the bias likewise bias + (Cδ) ⊙ c; u and c are one, V and C
    zero when initialised.

    In training each channel is normalised by its mean and variance over the batch, and the
    running statistics are moved; in evaluation by the running statistics. Which pass moves them
    is the method's: for Delta-STN the plain one, for STN the only one that it has, whose examples
    respond each to values of its own. A batch with a single number for each channel, of which
    torch refuses to take the variance, is normalised by the running statistics, and moves none.

    The linearised reading takes the statistics of the batch at the base weights, and their
    tangents, into account exactly.

    Source: Ioffe and Szegedy 2015; torch.nn.BatchNorm2d.
    """

    running_mean: Tensor
    running_var: Tensor
    num_batches_tracked: Tensor

    def __init__(
        self,
        channels: int,
        given: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = True,
    ) -> None:
        super().__init__()
        self.eps, self.momentum = eps, momentum
        self.weight = nn.Parameter(torch.ones(channels)) if affine else None
        self.bias = nn.Parameter(torch.zeros(channels)) if affine else None
        self.response: StructuredResponse | None = None
        if given and affine:
            ones = torch.ones(channels), torch.ones(channels)
            self.response = StructuredResponse(*ones, channels, given)
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        if self._by_batch(x):
            self.num_batches_tracked.add_(1)
        moved = self._moved(conditioning.response_BG)
        if moved is None or self.weight is None or self.bias is None:
            return self._normalised(x, self.weight, self.bias)
        gain, bias = _along(self.weight + moved[0], x), _along(self.bias + moved[1], x)
        return torch.addcmul(bias, gain, self._normalised(x))

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        moved = self._moved(conditioning.response_BG)
        y = self._normalised(x, self.weight, self.bias, move=False)
        if dx is None and moved is None:
            return y, None
        normal, deviation = self._normal(x)
        dy = None
        if dx is not None:
            dy = self._tangent(dx, normal, deviation)
            dy = dy if self.weight is None else dy * _along(self.weight, x)
        if moved is not None:
            change = torch.addcmul(_along(moved[1], x), _along(moved[0], x), normal)
            dy = change if dy is None else dy + change
        return y, dy

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        plain = {name: x.detach() for name, x in self.named_parameters(recurse=False)}
        moved = self._moved(None if response_G is None else response_G[None])
        if moved is not None:
            for name, by_1C in zip(("weight", "bias"), moved, strict=True):
                plain[name] = plain[name] + by_1C[0].detach()
        return plain | dict(self.named_buffers())

    def _by_batch(self, x: Tensor) -> bool:
        """Whether the statistics are those of the batch."""
        return self.training and x.numel() > x.shape[1]

    def _normalised(
        self,
        x: Tensor,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        move: bool = True,
    ) -> Tensor:
        """The map of torch; in training it moves the running statistics, unless told not to."""
        by_batch = self._by_batch(x)
        mean: Tensor | None = self.running_mean
        variance: Tensor | None = self.running_var
        if by_batch and not move:
            mean = variance = None
        return F.batch_norm(x, mean, variance, weight, bias, by_batch, self.momentum, self.eps)

    def _normal(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What is normalised, and the deviation that it was divided by."""
        if self._by_batch(x):
            exact = x.to(torch.promote_types(x.dtype, torch.float32))
            variance, mean = torch.var_mean(exact, _others(x), correction=0, keepdim=True)
        else:
            exact = x
            mean, variance = (_along(s, x) for s in (self.running_mean, self.running_var))
        deviation = (variance + self.eps).sqrt()
        return ((exact - mean) / deviation).to(x.dtype), deviation.to(x.dtype)

    def _tangent(self, dx: Tensor, normal: Tensor, deviation: Tensor) -> Tensor:
        """That of what is normalised: mean and deviation of the batch have tangents as well."""
        if self._by_batch(dx):
            others = _others(dx)
            slope = (normal * dx).mean(others, keepdim=True)
            dx = dx - dx.mean(others, keepdim=True) - normal * slope
        return dx / deviation

    def _moved(self, response_BG: Tensor | None) -> tuple[Tensor, Tensor] | None:
        """By how much gain and bias respond, (B, C) each."""
        response = self.response
        if response_BG is None or response is None:
            return None
        assert response.bias is not None
        assert response.bias_scale is not None
        return (
            response_BG @ response.weight_scale.T * response.weight,
            response_BG @ response.bias_scale.T * response.bias,
        )


def _along(channels: Tensor, x: Tensor) -> Tensor:
    """Numbers for each channel (C,), or each example's (B, C), where they stand in x."""
    rows = len(channels) if channels.dim() == 2 else 1
    return channels.reshape(rows, -1, *(1,) * (x.dim() - 2)).to(x.dtype)


def _others(x: Tensor) -> list[int]:
    """All axes but the one of channels."""
    return [axis for axis in range(x.dim()) if axis != 1]
