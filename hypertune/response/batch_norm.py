"""Batch normalisation whose gain and bias respond."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.batch_tangent import batch_tangent
from hypertune.response.normalisation import Kernel, Normalisation
from hypertune.response.standardisation import standardised, standardised_tangent

_OF_INPUT = [True, False, False]  # of the gradients by input, gain and bias


class BatchNorm(Normalisation):
    """Of each channel over the batch. Shapes: x (B, C, …).

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
        super().__init__(channels, given, eps, gain=affine, bias=True)
        self.momentum = momentum
        self.register_buffer("running_mean", torch.zeros(channels))
        self.register_buffer("running_var", torch.ones(channels))
        self.register_buffer("num_batches_tracked", torch.tensor(0, dtype=torch.long))

    def normalised(
        self,
        x: Tensor,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        move: bool = True,
    ) -> Tensor:
        by_batch = self._by_batch(x)
        mean: Tensor | None = self.running_mean
        variance: Tensor | None = self.running_var
        if by_batch and move:
            self.num_batches_tracked.add_(1)
        elif by_batch:
            mean = variance = None
        return F.batch_norm(x, mean, variance, weight, bias, by_batch, self.momentum, self.eps)

    def standardised(self, x: Tensor) -> tuple[Tensor, Tensor]:
        if self._by_batch(x):
            return standardised(x, _others(x), self.eps)
        mean, variance = (self._along(s, x) for s in (self.running_mean, self.running_var))
        deviation = (variance + self.eps).sqrt()
        return (x - mean) / deviation, deviation

    def tangent(self, dx: Tensor, normal: Tensor, deviation: Tensor) -> Tensor:
        if self._by_batch(dx):
            return standardised_tangent(dx, normal, deviation, _others(dx))
        return dx / deviation

    def kernels(self, x: Tensor) -> tuple[Tensor, Kernel] | None:
        if not self._by_batch(x):
            return None
        normal, mean_C, slope_C = torch.native_batch_norm(
            x, None, None, None, None, True, self.momentum, self.eps
        )

        def kernel(dx: Tensor) -> Tensor:
            found: Tensor = torch.ops.aten.native_batch_norm_backward(
                dx, x, None, None, None, mean_C, slope_C, True, self.eps, _OF_INPUT
            )[0]
            return found

        return normal, kernel

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        moved = self._moved(conditioning.response_BG)
        if moved is None or moved[1] is None or not self._by_constants(x):
            return super().linearised(x, dx, conditioning)
        y, mean_C, slope_C = torch.native_batch_norm(
            x, self.weight, self.bias, None, None, True, self.momentum, self.eps
        )
        # The part of the response is affine in x for each channel of an example: what is
        # normalised, without gain and bias, is never written down.
        scale_BC = moved[0] * slope_C
        shift_BC = moved[1] - scale_BC * mean_C
        if dx is None:
            return y, (self._along(scale_BC, x) * x).add_(self._along(shift_BC, x))
        assert self.weight is not None  # or nothing would respond
        return y, batch_tangent((x, mean_C, slope_C, self.weight), dx, scale_BC, shift_BC)

    def _by_constants(self, x: Tensor) -> bool:
        """Whether statistics are the batch's, exact, and nobody wants derivatives by the base."""
        base = (x, self.weight, self.bias)
        known = not any(tensor is not None and tensor.requires_grad for tensor in base)
        return known and self._by_batch(x) and x.dtype in (torch.float32, torch.float64)

    def _by_batch(self, x: Tensor) -> bool:
        """Whether the statistics are those of the batch."""
        return self.training and x.numel() > x.shape[1]


def _others(x: Tensor) -> list[int]:
    """All axes but the one of channels."""
    return [axis for axis in range(x.dim()) if axis != 1]
