"""Scales of low rank: a layer responds to a few mixtures of many hyperparameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hypertune.response.parameters import ResponseParameters


class Projection(ResponseParameters):
    """Q of V = P Q and C = P' Q, where P and P' are the scales of a layer that responds to Q δ.

    The rows are orthonormal when initialised. What a layer responds to then has the deviation of
    a perturbation, so that a learning rate means the same as without; and the first step of P Q
    is that of V, projected on the rows. P is zero, so Q gets its first gradient at the second.

    Shapes: δ (B, G) to (B, R); `weight` (R, G), with R < G.
    """

    def __init__(self, given: int, rank: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(_orthonormal(rank, given))

    def forward(self, response_BG: Tensor) -> Tensor:
        return response_BG @ self.weight.T


def _orthonormal(rank: int, given: int) -> Tensor:
    q_GR: Tensor = torch.linalg.qr(torch.randn(given, rank))[0]
    return q_GR.T.contiguous()
