"""Normalisation of each example by its own numbers, whose gain and bias respond.

Source: Ba et al. 2016 (layer), Wu and He 2018 (group), Ulyanov et al. 2016 (instance), Zhang and
Sennrich 2019 (root mean square); torch.nn's classes.
"""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from hypertune.response.normalisation import (
    Kernel,
    Normalisation,
    standardised,
    standardised_tangent,
)


class LayerNorm(Normalisation):
    """Of the last axis. Shapes: x (B, …, C)."""

    axis: ClassVar[int] = -1

    def normalised(
        self,
        x: Tensor,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        move: bool = True,
    ) -> Tensor:
        return F.layer_norm(x, x.shape[-1:], weight, bias, self.eps)

    def standardised(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return standardised(x, (-1,), self.eps)

    def tangent(self, dx: Tensor, normal: Tensor, deviation: Tensor) -> Tensor:
        return standardised_tangent(dx, normal, deviation, (-1,))

    def kernels(self, x: Tensor) -> tuple[Tensor, Kernel] | None:
        shape = x.shape[-1:]
        normal, mean, slope = torch.native_layer_norm(x, shape, None, None, self.eps)

        def kernel(dx: Tensor) -> Tensor:
            found: Tensor = torch.ops.aten.native_layer_norm_backward(
                dx, x, shape, mean, slope, None, None, [True, False, False]
            )[0]
            return found

        return normal, kernel


class RMSNorm(Normalisation):
    """By the root of the mean square of the last axis; no bias. Shapes: x (B, …, C)."""

    axis: ClassVar[int] = -1

    def __init__(self, channels: int, given: int, eps: float | None, affine: bool) -> None:
        super().__init__(channels, given, eps or 0.0, gain=affine, bias=False)
        self.smallest = eps is None  # torch adds the smallest step of the dtype

    def normalised(
        self,
        x: Tensor,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        move: bool = True,
    ) -> Tensor:
        return F.rms_norm(x, x.shape[-1:], weight, None if self.smallest else self.eps)

    def standardised(self, x: Tensor) -> tuple[Tensor, Tensor]:
        exact = x.to(torch.promote_types(x.dtype, torch.float32))
        eps = torch.finfo(exact.dtype).eps if self.smallest else self.eps
        deviation = (exact.square().mean(-1, keepdim=True) + eps).sqrt()
        return (exact / deviation).to(x.dtype), deviation.to(x.dtype)

    def tangent(self, dx: Tensor, normal: Tensor, deviation: Tensor) -> Tensor:
        return (dx - normal * (normal * dx).mean(-1, keepdim=True)) / deviation


class GroupNorm(Normalisation):
    """Of groups of neighbouring channels, over all their places. Shapes: x (B, C, …).

    As many groups as channels make it an instance normalisation.
    """

    def __init__(
        self, groups: int, channels: int, given: int, eps: float = 1e-5, affine: bool = True
    ) -> None:
        super().__init__(channels, given, eps, gain=affine, bias=True)
        self.groups = groups

    def normalised(
        self,
        x: Tensor,
        weight: Tensor | None = None,
        bias: Tensor | None = None,
        move: bool = True,
    ) -> Tensor:
        # What F.group_norm does behind a check that refuses batches of a single number.
        return torch.group_norm(x, self.groups, weight, bias, self.eps)

    def standardised(self, x: Tensor) -> tuple[Tensor, Tensor]:
        normal, deviation = standardised(self._grouped(x), (-1,), self.eps)
        return normal.view_as(x), deviation

    def tangent(self, dx: Tensor, normal: Tensor, deviation: Tensor) -> Tensor:
        grouped = self._grouped(dx), self._grouped(normal)
        return standardised_tangent(*grouped, deviation, (-1,)).view_as(dx)

    def kernels(self, x: Tensor) -> tuple[Tensor, Kernel] | None:
        x = x.contiguous()
        counts = len(x), x.shape[1], x[0, 0].numel(), self.groups
        normal, mean, slope = torch.native_group_norm(x, None, None, *counts, self.eps)

        def kernel(dx: Tensor) -> Tensor:
            found: Tensor = torch.ops.aten.native_group_norm_backward(
                dx.contiguous(), x, mean, slope, None, *counts, [True, False, False]
            )[0]
            return found

        return normal, kernel

    def _grouped(self, x: Tensor) -> Tensor:
        return x.reshape(len(x), self.groups, -1)
