"""Channels last: the channels of a pixel lie side by side in memory, in images and weights."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from hypertune.lowering.compiled_loss import Prepare


def channels_last(x: Tensor) -> Tensor:
    """An image, or the weight of a convolution of images, in that layout; others as they are."""
    if x.dim() != 4:
        return x
    # `contiguous` would leave a single channel its strides, by which torch chooses the layout of
    # what a convolution gives.
    return x.to(memory_format=torch.channels_last)


def weights_last(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights by name, those of convolutions of images channels last."""
    return {name: channels_last(weight) for name, weight in weights.items()}


def images_last(prepare: Prepare) -> Prepare:
    """What gives a network its inputs, images channels last."""

    def prepared(x: Tensor, y: Tensor, values: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        x, y = prepare(x, y, values)
        return channels_last(x), y

    return prepared
