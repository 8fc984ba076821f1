"""Transformer encoders, whose projections and normalisations respond.

Source: Vaswani et al. 2017, with the normalisation first if asked for (Xiong et al. 2020);
torch.nn.TransformerEncoder, whose parameters they have.
"""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen
from torch import nn

from hypertune.response import elementwise
from hypertune.response.affine import Affine
from hypertune.response.attention import Attention
from hypertune.response.composite import Composite, X
from hypertune.response.dropout import Dropout
from hypertune.response.layer import Layer
from hypertune.response.layer_norm import LayerNorm


@frozen
class Options:
    """Of each layer; those of `nn.TransformerEncoderLayer`, `rate` as in `Attention`."""

    nhead: int
    dim_feedforward: int
    rate: float | None
    activation: str
    layer_norm_eps: float
    norm_first: bool
    bias: bool
    causal: bool


class EncoderLayer(Composite):
    """Attention, then two affine maps of each step, each added to what it reads."""

    def __init__(self, size: int, given: int, options: Options) -> None:
        super().__init__()
        rate, bias, eps = options.rate, options.bias, options.layer_norm_eps
        self.norm_first = options.norm_first
        self.self_attn = Attention(size, options.nhead, bias, given, rate, options.causal)
        self.linear1 = Affine(size, options.dim_feedforward, bias, given)
        self.activation = (
            elementwise.relu() if options.activation == "relu" else elementwise.gelu("none")
        )
        self.linear2 = Affine(options.dim_feedforward, size, bias, given)
        self.norm1 = LayerNorm(size, given, eps, gain=True, bias=bias)
        self.norm2 = LayerNorm(size, given, eps, gain=True, bias=bias)
        self.dropout, self.dropout1, self.dropout2 = (
            Dropout(rate, argument="dropout") for _ in range(3)
        )

    def wired(self, x: X, read: Callable[[Layer, X], X], add: Callable[[X, X], X]) -> X:
        def attended(x: X) -> X:
            return read(self.dropout1, read(self.self_attn, x))

        def fed_forward(x: X) -> X:
            wide = read(self.dropout, read(self.activation, read(self.linear1, x)))
            return read(self.dropout2, read(self.linear2, wide))

        if self.norm_first:
            x = add(x, attended(read(self.norm1, x)))
            return add(x, fed_forward(read(self.norm2, x)))
        x = read(self.norm1, add(x, attended(x)))
        return read(self.norm2, add(x, fed_forward(x)))


class Encoder(Composite):
    """Encoder layers one after the other; x (B, T, E) to y of the same."""

    def __init__(self, size: int, layers: int, given: int, options: Options) -> None:
        super().__init__()
        made = [EncoderLayer(size, given, options) for _ in range(layers)]
        self.layers = nn.ModuleList(made)

    def wired(self, x: X, read: Callable[[Layer, X], X], add: Callable[[X, X], X]) -> X:
        for _, layer in self.parts():
            x = read(layer, x)
        return x
