"""The responding affine map."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.response.responding_map import RespondingMap


class Affine(RespondingMap):
    """Shapes: x (B, …, I) to y (B, …, O); weight_OI."""

    def __init__(self, inputs: int, outputs: int, bias: bool, given: int) -> None:
        plain = nn.Linear(inputs, outputs, bias)
        super().__init__(plain.weight.data, plain.bias.data if bias else None)
        if given:
            second = nn.Linear(inputs, outputs, bias)
            self.respond_to(given, second.weight.data, second.bias.data if bias else None)

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return F.linear(x, weight, bias)
