"""The responding affine map."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from hypertune.response.responding import Responding


class Affine(Responding):
    """Shapes: x_BI to y_BO; weight_OI."""

    def __init__(self, inputs: int, outputs: int, bias: bool, given: int) -> None:
        super().__init__(nn.Linear(inputs, outputs, bias))
        if given:
            self.answer_to(given, nn.Linear(inputs, outputs, bias))

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return F.linear(x, weight, bias)
