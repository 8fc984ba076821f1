"""Multi-head attention of torch, whose projections respond."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.response.affine import Affine
from hypertune.response.conversion.exchanged import Exchanged, Place, read
from hypertune.response.layer import Layer


class Attention(Exchanged):
    """Called as `nn.MultiheadAttention`: self-attention and cross-attention, masks and weights.

    Its projections are responding layers; what stands between them goes by torch's rules.
    """

    def __init__(
        self, place: Place, was: nn.MultiheadAttention, in_proj: Affine, out_proj: Affine
    ) -> None:
        super().__init__(place, was)
        self.in_proj, self.projection = in_proj, out_proj
        self.heads, self.first, self.rate = was.num_heads, was.batch_first, was.dropout

    def layers(self) -> Iterator[tuple[str, Layer]]:
        yield "in_proj_", self.in_proj
        yield "out_proj.", self.projection

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,  # says of `attn_mask` that it is causal, which it is anyway
    ) -> tuple[Tensor, Tensor | None]:
        if query.dim() != 3:
            raise ValueError(f"`{self.place.name}` responds to batches only")
        its = self.at()
        q, k, v = self._projected(query, key, value)
        mask = self._mask(attn_mask, key_padding_mask, q, k)
        rate = self.rate if self.training else 0.0
        weights = None
        if need_weights:
            fits = q @ k.mT / q.shape[-1] ** 0.5
            weights = F.dropout((fits if mask is None else fits + mask).softmax(-1), rate)
            y = weights @ v
            weights = weights.mean(1) if average_attn_weights else weights
        else:
            y = F.scaled_dot_product_attention(q, k, v, mask, rate)
        y = read(self.projection, y.transpose(1, 2).flatten(2), its)
        return (y if self.first else y.transpose(0, 1)), weights

    def _projected(self, query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
        """Queries, keys and values by heads, (B, H, T, D) each."""
        its, projected = self.at(), {}
        for x in (query, key, value):
            if id(x) not in projected:
                rows = self.rows(x if self.first else x.transpose(0, 1), its)
                projected[id(x)] = read(self.in_proj, rows, its).chunk(3, -1)
        three = (projected[id(x)][i] for i, x in enumerate((query, key, value)))
        return [x.view(*x.shape[:2], self.heads, -1).transpose(1, 2) for x in three]

    def _mask(
        self, attn_mask: Tensor | None, padding_BS: Tensor | None, q: Tensor, k: Tensor
    ) -> Tensor | None:
        """What is added to how well keys fit, (…, T, S)."""
        total: Tensor | None = None
        if attn_mask is not None:
            total = _added(attn_mask, q)
            if total.dim() == 3:  # one for each head of each example
                total = total.view(-1, self.heads, *total.shape[1:])
        if padding_BS is not None:
            hidden = _added(padding_BS, q)[:, None, None, :].expand(-1, -1, q.shape[2], -1)
            total = hidden if total is None else total + hidden
        return total


def _added(mask: Tensor, like: Tensor) -> Tensor:
    """A mask as numbers to add; where one of words is true, nothing is read."""
    if mask.dtype != torch.bool:
        return mask.to(like.dtype)
    return torch.zeros(mask.shape, dtype=like.dtype, device=like.device).masked_fill(
        mask, float("-inf")
    )
