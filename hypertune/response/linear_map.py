"""Maps that are linear in their input and have no weights."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from hypertune.conditioning import Conditioning
from hypertune.response.layer import Layer


class LinearMap(Layer):
    """A linear map of torch without weights: a tangent passes through it as its input does."""

    def __init__(self, plain: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.plain = plain

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self.plain(x)

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        return self.plain(x), None if dx is None else self.plain(dx)
