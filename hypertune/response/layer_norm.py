"""Normalisation of each example by its own numbers, whose gain and bias respond.

Source: Ba et al. 2016 (layer), Wu and He 2018 (group), Ulyanov et al. 2016 (instance), Zhang and
Sennrich 2019 (root mean square); torch.nn's classes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import ClassVar

import torch
from torch import Tensor
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.normalisation import Kernel, Normalisation
from hypertune.response.standardisation import standardised, standardised_tangent


class LastAxes(Normalisation):
    """Of the last axes of an example, read as one. Shapes: x (B, …, *sizes)."""

    axis: ClassVar[int] = -1

    def __init__(
        self, sizes: int | Sequence[int], given: int, eps: float, gain: bool, bias: bool
    ) -> None:
        self.sizes = (sizes,) if isinstance(sizes, int) else tuple(sizes)
        super().__init__(prod(self.sizes), given, eps, gain, bias)

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return super().forward(self._joined(x), conditioning).reshape(x.shape)

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        dx = None if dx is None else self._joined(dx)
        y, dy = super().linearised(self._joined(x), dx, conditioning)
        return y.reshape(x.shape), None if dy is None else dy.reshape(x.shape)

    def _joined(self, x: Tensor) -> Tensor:
        return x.flatten(-len(self.sizes))

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        return {
            name: value.reshape(self.sizes) for name, value in super().folded(response_G).items()
        }


class LayerNorm(LastAxes):
    """By mean and variance."""

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


class RMSNorm(LastAxes):
    """By the root of the mean square; no bias."""

    def __init__(
        self, sizes: int | Sequence[int], given: int, eps: float | None, affine: bool
    ) -> None:
        super().__init__(sizes, given, eps or 0.0, gain=affine, bias=False)
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
