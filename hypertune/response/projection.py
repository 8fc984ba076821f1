"""Scales of low rank: a layer responds to a few learnt mixtures of many hyperparameters."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hypertune.response.parameters import ResponseParameters


class Projection(ResponseParameters):
    """Q of V = P Q and C = P' Q, where P and P' are the scales of a layer that responds to Q δ.

    Shapes: δ (B, G) to (B, R); `weight` (R, G), with R < G.
    """

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)

    def forward(self, response_BG: Tensor) -> Tensor:
        return response_BG @ self.weight.T


@torch.no_grad()
def project(layer: nn.Module, given: int, rank: int) -> Projection:
    """The projection before a layer that was built to respond to `rank` numbers.

    It is zero, and the scales of the layer, which were, are drawn: then the first thing that is
    learnt is a column of Q for each hyperparameter, from its own perturbations. Were Q drawn, the
    hypergradient would be mixed up by it, and hyperparameters of little effect would follow
    others. The scales have orthonormal columns, all of the layer one below the other, so that
    the first step of P Q is that of V projected on these, and a learning rate means the same.

    A layer whose response is zero by other parameters than its scales has Q drawn all the same.
    """
    scales = [
        p
        for part in layer.modules()
        if isinstance(part, ResponseParameters)
        for p in part.parameters(recurse=False)
        if p.dim() == 2 and p.shape[1] == rank and not p.is_meta and not p.any()
    ]
    if not scales:
        return Projection(_orthonormal(rank, given))
    rows = [len(p) for p in scales]
    for p, drawn in zip(scales, torch.split(_orthonormal(sum(rows), rank), rows), strict=True):
        p.copy_(drawn)
    return Projection(scales[0].new_zeros(rank, given))


def _orthonormal(rows: int, columns: int) -> Tensor:
    """Orthonormal columns; orthonormal rows where these are fewer."""
    drawn = torch.randn(max(rows, columns), min(rows, columns))
    q: Tensor = torch.linalg.qr(drawn)[0]
    return q if rows >= columns else q.T.contiguous()
