"""Layers with weights that answer: one set of formulas for every kind of product.

Source: MacKay et al. 2019, section 4 (the structured response); Bae and Grosse 2020, section 4
(the linearised one). Unlike theirs, the answer of weights and biases starts at exactly zero.
"""

from __future__ import annotations

from torch import Tensor, nn

from hypertune.response.conditions import Conditions
from hypertune.response.effective import absolute_rows, square_rows
from hypertune.response.layer import Layer


class Response(nn.Module):
    """U, c, V and C of `y = Wx + b + (Vδ) ⊙ (Ux) + (Cδ) ⊙ c`; V and C are zero at birth."""

    def __init__(self, weight: Tensor, bias: Tensor | None, given: int) -> None:
        super().__init__()
        rows = weight.shape[0]
        self.weight = nn.Parameter(weight)
        self.weight_scale = nn.Parameter(weight.new_zeros(rows, given))
        self.bias = None if bias is None else nn.Parameter(bias)
        self.bias_scale = None if bias is None else nn.Parameter(weight.new_zeros(rows, given))


class Responding(Layer):
    """A product with a weight whose rows are rescaled by the response.

    A subclass says what the product is (`product`) and how many axes of its output follow the
    one that counts the rows of the weight (`trailing`).
    """

    trailing = 0

    def __init__(self, plain: nn.Linear | nn.Conv2d) -> None:
        """Take the parameters of `plain` as the base."""
        super().__init__()
        self.weight, self.bias = plain.weight, plain.bias
        self.response: Response | None = None
        self.tied = False

    def answer_to(self, given: int, twin: nn.Linear | nn.Conv2d) -> None:
        """Let the weights answer to `given` hyperparameters; `twin`, born alike, is U and c."""
        bias = None if twin.bias is None else twin.bias.data
        self.response = Response(twin.weight.data, bias, given)

    def tie(self, owner: Layer) -> None:
        if not isinstance(owner, Responding):
            raise TypeError(f"a {type(owner).__name__} has no weight to share")
        self.weight, self.tied = owner.weight, True

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        raise NotImplementedError

    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        y = self.product(x, self.weight, self.bias)
        if heard.delta_BG is None or self.response is None:
            return y
        return self._answered(y, x, heard.delta_BG, self.response)

    def linearised(
        self, x: Tensor, dx: Tensor | None, heard: Conditions
    ) -> tuple[Tensor, Tensor | None]:
        y = self.product(x, self.weight, self.bias)
        dy = None if dx is None else self.product(dx, self.weight)
        if heard.delta_BG is None or self.response is None:
            return y, dy
        return y, self._answered(dy, x, heard.delta_BG, self.response)

    def _answered(self, y: Tensor | None, x: Tensor, delta_BG: Tensor, answer: Response) -> Tensor:
        """Give y + (Vδ) ⊙ (Ux) + (Cδ) ⊙ c, written over y; a y of None is zero."""
        scale = self._rows(delta_BG @ answer.weight_scale.T)
        u = self.product(x, answer.weight)
        # y is a product of ours that nobody else holds, and no gradient asks for its old value:
        # written over, it spares two copies of the layer's output.
        y = scale * u if y is None else y.addcmul_(scale, u)
        if answer.bias is None or answer.bias_scale is None:
            return y
        return y.add_(self._rows(delta_BG @ answer.bias_scale.T * answer.bias))

    def _rows(self, s_BO: Tensor) -> Tensor:
        return s_BO.reshape(*s_BO.shape, *(1,) * self.trailing)

    def _scale(self, heard: Conditions) -> tuple[Tensor, Tensor] | None:
        """U, and the factor of each of its rows, a row per example or one for all."""
        if heard.delta_BG is None or self.response is None:
            return None
        return self.response.weight, heard.delta_BG @ self.response.weight_scale.T

    def squares(self, heard: Conditions) -> Tensor | None:
        return None if self.tied else square_rows(self.weight, self._scale(heard))

    def absolutes(self, heard: Conditions) -> Tensor | None:
        return None if self.tied else absolute_rows(self.weight, self._scale(heard))

    def folded(self, delta_G: Tensor | None) -> dict[str, Tensor]:
        plain = {"weight": self.weight.detach()}
        if self.bias is not None:
            plain["bias"] = self.bias.detach()
        if delta_G is None or self.response is None:
            return plain
        rows = (-1, *(1,) * (self.weight.dim() - 1))
        scale = (self.response.weight_scale.detach() @ delta_G).reshape(rows)
        plain["weight"] = plain["weight"] + scale * self.response.weight.detach()
        if self.response.bias is not None and self.response.bias_scale is not None:
            shift = self.response.bias_scale.detach() @ delta_G
            plain["bias"] = plain["bias"] + shift * self.response.bias.detach()
        return plain
