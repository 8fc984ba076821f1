"""Tokens of a text replaced by others."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from hypertune.augment.drawing import strength
from hypertune.catalogue import Args


def replaced(
    x_BT: Tensor, instead: Tensor | int, args: Args, strengths: Mapping[str, Tensor]
) -> Tensor:
    """`instead` in the place of a share `p` of the tokens of each example."""
    drawn_BT = torch.rand(x_BT.shape, device=x_BT.device)
    p = strength("p", args, strengths, drawn_BT)
    return torch.where(drawn_BT < p[:, None], instead, x_BT)
