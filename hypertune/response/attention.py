"""Self-attention whose projections respond.

Source: Vaswani et al. 2017; torch.nn.MultiheadAttention, whose parameters it has.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response.affine import Affine
from hypertune.response.composite import Composite, X
from hypertune.response.dot_product import attended, attended_tangent, probabilities
from hypertune.response.dropout import kept_shares
from hypertune.response.layer import Layer


class Attention(Composite):
    """Every step reads all others, or those before it; x (B, T, E) to y of the same.

    Args:
        size: E.
        heads: how many parts of E attend on their own.
        bias: whether the projections have one.
        given: how many hyperparameters they respond to.
        rate: of the dropout of what is attended to, or None to read `dropout` from the
            conditioning.
        causal: whether no step reads later ones.

    """

    def __init__(
        self, size: int, heads: int, bias: bool, given: int, rate: float | None, causal: bool
    ) -> None:
        super().__init__()
        self.in_proj = Affine(size, 3 * size, bias, given)
        self.heads = DotProduct(heads, rate, causal)
        self.out_proj = Affine(size, size, bias, given)
        nn.init.xavier_uniform_(self.in_proj.weight)
        for part in (self.in_proj, self.out_proj):
            if part.bias is not None:
                nn.init.zeros_(part.bias)

    def wired(self, x: X, read: Callable[[Layer, X], X], add: Callable[[X, X], X]) -> X:
        return read(self.out_proj, read(self.heads, read(self.in_proj, x)))

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        found = super().folded(response_G)
        return {name.replace("in_proj.", "in_proj_"): value for name, value in found.items()}


class DotProduct(Layer):
    """Scaled dot-product attention of several heads; x (B, T, 3E) of queries, keys and values."""

    def __init__(self, heads: int, rate: float | None, causal: bool) -> None:
        super().__init__()
        self.heads, self.rate, self.causal = heads, rate, causal

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        q, k, v = self._split(x)
        share = self._share(q, conditioning)
        if share is None:
            return _joined(attended(q, k, v, self.causal))
        return _joined(probabilities(q, k, self.causal) * share @ v)

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        if dx is None:
            return self(x, conditioning), None
        at, along = self._split(x), self._split(dx)
        share = self._share(at[0], conditioning)
        y, dy = attended_tangent(at, along, self.causal, share)
        return _joined(y), _joined(dy)

    def _split(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Queries, keys and values, (B, H, T, E / H) each."""
        q, k, v = x.reshape(*x.shape[:2], 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        return q, k, v

    def _share(self, q: Tensor, conditioning: Conditioning) -> Tensor | None:
        """What each probability is multiplied by in training; None for one."""
        if not self.training or self.rate == 0:
            return None
        rate = conditioning.values["dropout"] if self.rate is None else self.rate
        return kept_shares((*q.shape[:3], q.shape[2]), rate, q, conditioning.rows)


def _joined(y: Tensor) -> Tensor:
    """The heads of each step side by side."""
    return y.transpose(1, 2).flatten(2)
