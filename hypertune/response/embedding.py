"""The responding embedding: a vector for each token, of which the response scales each number."""

from __future__ import annotations

from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.conditioning import Conditioning
from hypertune.response.dropout import kept_shares
from hypertune.response.responding_map import RespondingMap


class Embedding(RespondingMap):
    """The vector of each token: linear in the weight, of which the response scales the columns.

    In training, rows of the weight are dropped with one mask for the whole batch: a token is
    there everywhere or nowhere (Gal and Ghahramani 2016). The others are scaled by 1/(1 − rate).

    Shapes: x (B, …) tokens to y (B, …, D); weight_ND.

    Args:
        tokens: how many there are, N.
        size: of a vector, D.
        given: how many hyperparameters the weights respond to.
        rate: of the dropout, or None to read `dropout` from the conditioning.
        init_range: of the even distribution that the vectors are drawn from; None for torch's
            own, a normal one of deviation 1, which is wide for a weight that an output layer has,
            too (Press and Wolf 2017): language models start at 0.1.

    """

    weight_axis: ClassVar[int] = 1

    def __init__(
        self,
        tokens: int,
        size: int,
        given: int,
        rate: float | None,
        init_range: float | None = None,
    ) -> None:
        super().__init__(_initialised(tokens, size, init_range), None)
        self.rate = rate
        self.padding_idx: int | None = None  # a token whose vector gets no gradient
        if given:
            self.respond_to(given, _initialised(tokens, size, init_range), None)

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return F.embedding(x, weight, self.padding_idx)

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y, share = super().forward(x, conditioning), self._share(x, conditioning)
        return y if share is None else y * share

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        # Tokens have no tangent, whatever is handed over.
        y, dy = super().linearised(x, None, conditioning)
        share = self._share(x, conditioning)
        if share is None:
            return y, dy
        return y * share, None if dy is None else dy * share

    def _share(self, x: Tensor, conditioning: Conditioning) -> Tensor | None:
        """What the vector of each token in the batch is multiplied by; None for one."""
        if not self.training or self.rate == 0:
            return None
        rate = self.rate
        rate_1 = conditioning.values["dropout"][:1] if rate is None else rate  # one for the batch
        share_N = kept_shares((len(self.weight),), rate_1, self.weight)
        return share_N[x].unsqueeze(-1)


def _initialised(tokens: int, size: int, init_range: float | None) -> Tensor:
    weight_ND = nn.Embedding(tokens, size).weight.data
    return weight_ND if init_range is None else weight_ND.uniform_(-init_range, init_range)
