"""Maps with weights that respond: one set of formulas for every kind of product.

Source: MacKay et al. 2019, section 4 (the structured response); Bae and Grosse 2020, section 4
(the linearised one). Unlike theirs, the response of weights and biases starts at exactly zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Self

from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response.effective import absolute_rows, row_squares, square_rows
from hypertune.response.layer import Layer
from hypertune.response.parameters import StructuredResponse


class RespondingMap(Layer):
    """A map that is affine in its weights, of which the response rescales one axis.

    A subclass names the map (`product`), the axis of the weight that is rescaled
    (`weight_axis`), and where that axis stands in the output (`output_axis`); the input may have
    any other axes. It inherits the response, its linearised reading, norms of effective weights
    and folding.
    """

    weight_axis: ClassVar[int] = 0
    output_axis: ClassVar[int] = -1

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.bias = None if bias is None else nn.Parameter(bias)
        self.response: StructuredResponse | None = None
        self.tied = False

    @classmethod
    def initialised_as(cls, twin: Callable[[], Any], given: int) -> Self:
        """A map with the weight and bias of a plain module, whose U and c are another's.

        Args:
            twin: builds the module, freshly initialised each time.
            given: how many hyperparameters it responds to; 0 for none.

        """
        plain = twin()
        made = cls(plain.weight.data, None if plain.bias is None else plain.bias.data)
        if given:
            second = twin()
            made.respond_to(
                given, second.weight.data, None if second.bias is None else second.bias.data
            )
        return made

    def respond_to(self, given: int, weight: Tensor, bias: Tensor | None) -> None:
        """Let the weights respond to `given` hyperparameters; weight and bias are U and c."""
        self.response = StructuredResponse(weight, bias, len(self.rows(weight)), given)

    def tie(self, owner: Layer) -> None:
        if not isinstance(owner, RespondingMap):
            raise TypeError(f"a {type(owner).__name__} has no weight to share")
        self.weight, self.tied = owner.weight, True

    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        """The map itself, linear in `weight` and `bias` together."""
        raise NotImplementedError

    def tangent(self, dx: Tensor, weight: Tensor) -> Tensor:
        """The tangent of the product by that of its input."""
        return self.product(dx, weight)

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = self.product(x, self.weight, self.bias)
        if conditioning.response_BG is None or self.response is None:
            return y
        return self._responding(y, x, conditioning.response_BG, self.response)

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        y = self.product(x, self.weight, self.bias)
        dy = None if dx is None else self.tangent(dx, self.weight)
        if conditioning.response_BG is None or self.response is None:
            return y, dy
        return y, self._responding(dy, x, conditioning.response_BG, self.response)

    def _responding(
        self, y: Tensor | None, x: Tensor, response_BG: Tensor, response: StructuredResponse
    ) -> Tensor:
        """Give y + (Vδ) ⊙ (Ux) + (Cδ) ⊙ c, written over y; a y of None is zero."""
        scale_BO = response_BG @ response.weight_scale.T
        u = self.product(x, response.weight)
        scale = self._on_output(scale_BO, u)
        # y is a product of ours that nobody else holds, and no gradient asks for its old value:
        # written over, it spares two copies of the layer's output. (Of `addcmul_` the gradients
        # take two passes more.)
        y = scale * u if y is None else y.add_(scale * u)
        if response.bias is None or response.bias_scale is None:
            return y
        shift_BO = response_BG @ (response.bias_scale * response.bias[:, None]).T
        return y.add_(self._on_output(shift_BO, y))

    def _on_output(self, s_BO: Tensor, y: Tensor) -> Tensor:
        """Numbers for each row of the weight, where they stand in the output."""
        if y.dim() == 2:
            return s_BO
        shape = [1] * y.dim()
        shape[0], shape[self.output_axis] = s_BO.shape
        return s_BO.reshape(shape)

    def rows(self, weight: Tensor) -> Tensor:
        """A weight as a matrix (O, …) whose rows the response rescales."""
        first = weight if self.weight_axis == 0 else weight.movedim(self.weight_axis, 0)
        return first.flatten(1)

    def on_weight(self, s_O: Tensor) -> Tensor:
        """Numbers for each row of the weight, where they stand in the weight."""
        shape = [1] * self.weight.dim()
        shape[self.weight_axis] = -1
        return s_O.reshape(shape)

    def _scaled(self, conditioning: Conditioning) -> tuple[Tensor, Tensor] | None:
        """U, and the factor of each of its rows, a row per example or one for all."""
        if conditioning.response_BG is None or self.response is None:
            return None
        scale_BO = conditioning.response_BG @ self.response.weight_scale.T
        return self.rows(self.response.weight), scale_BO

    def squares(self, conditioning: Conditioning) -> Tensor | None:
        if self.tied:
            return None
        return square_rows(self.rows(self.weight), self._scaled(conditioning))

    def absolutes(self, conditioning: Conditioning) -> Tensor | None:
        if self.tied:
            return None
        return absolute_rows(self.rows(self.weight), self._scaled(conditioning))

    def row_squares(self, conditioning: Conditioning) -> list[Tensor]:
        if self.tied:
            return []
        return [row_squares(self.rows(self.weight), self._scaled(conditioning))]

    def penalised(self) -> list[Tensor]:
        return [] if self.tied else [self.weight]

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        plain = {"weight": self.weight.detach()}
        if self.bias is not None:
            plain["bias"] = self.bias.detach()
        if response_G is None or self.response is None:
            return plain
        scale = self.on_weight(self.response.weight_scale.detach() @ response_G)
        plain["weight"] = plain["weight"] + scale * self.response.weight.detach()
        if self.response.bias is not None and self.response.bias_scale is not None:
            shift = self.response.bias_scale.detach() @ response_G
            plain["bias"] = plain["bias"] + shift * self.response.bias.detach()
        return plain
