"""Maps that are linear in their input and have no weights."""

from __future__ import annotations

from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer


class LinearMap(Layer):
    """A linear module of torch without weights: a tangent passes through it as its input does."""

    def __init__(self, plain: nn.Module) -> None:
        super().__init__()
        self.plain = plain

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y: Tensor = self.plain(x)
        return y

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        return self.plain(x), None if dx is None else self.plain(dx)
