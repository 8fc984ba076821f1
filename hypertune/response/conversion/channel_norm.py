"""Normalisation of the channels of each place, as torchvision's ConvNeXt has it."""

from __future__ import annotations

from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.response.layer_norm import LayerNorm


class ChannelNorm(LayerNorm):
    """Shapes: x (B, C, …); as a `LayerNorm` of (B, …, C)."""

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return super().forward(x.movedim(1, -1), conditioning).movedim(-1, 1)

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        dx = None if dx is None else dx.movedim(1, -1)
        y, dy = super().linearised(x.movedim(1, -1), dx, conditioning)
        return y.movedim(-1, 1), None if dy is None else dy.movedim(-1, 1)
