"""The affine maps to the gates, from the input and from the hidden state."""

from __future__ import annotations

from attrs import evolve, frozen
from torch import Tensor
from torch.nn import functional as F


@frozen
class GateMap:
    """W x + b + s ⊙ (U x) + r, whose rows respond by s = V δ and r = (C δ) ⊙ c.

    Shapes: weight_GI (W) and response_GI (U) have a row for each row of the gates. bias_G (b);
    scale_BG (s) and shift_BG (r), a row for each example or one for all. What is None is zero.
    """

    weight_GI: Tensor
    bias_G: Tensor | None = None
    response_GI: Tensor | None = None
    scale_BG: Tensor | None = None
    shift_BG: Tensor | None = None

    def __call__(self, x: Tensor) -> Tensor:
        """The map, in differentiable operations."""
        y = F.linear(x, self.weight_GI)
        if self.response_GI is not None and self.scale_BG is not None:
            y = y + self.scale_BG * F.linear(x, self.response_GI)
        constant = self.constant()
        return y if constant is None else y + constant

    def constant(self) -> Tensor | None:
        """What is added to the products."""
        return total(self.bias_G, self.shift_BG)

    def tangent(self, x: Tensor, dx: Tensor | None) -> Tensor:
        """That of the map, by the response and by the tangent of the input; None is zero."""
        dy = None if dx is None else F.linear(dx, self.weight_GI)
        if self.response_GI is not None and self.scale_BG is not None:
            ux = F.linear(x, self.response_GI)
            dy = self.scale_BG * ux if dy is None else dy.addcmul_(self.scale_BG, ux)
        if dy is None:
            dy = x.new_zeros(*x.shape[:-1], len(self.weight_GI))
        return dy if self.shift_BG is None else dy.add_(self.shift_BG)

    def scaled(self, factor: Tensor) -> GateMap:
        """The same with the response times a number."""
        scale_BG, shift_BG = (
            None if rows is None else factor * rows for rows in (self.scale_BG, self.shift_BG)
        )
        return evolve(self, scale_BG=scale_BG, shift_BG=shift_BG)

    def effective(self) -> GateMap:
        """The plain map W + diag(s) U where all examples share one s: one product, not two."""
        if self.response_GI is None or self.scale_BG is None or len(self.scale_BG) > 1:
            return self
        weight_GI = self.weight_GI + self.scale_BG.T * self.response_GI
        return GateMap(weight_GI, self.bias_G, shift_BG=self.shift_BG)

    def masked(self, mask_GI: Tensor) -> GateMap:
        """The same with a mask on the effective weights, W + diag(s) U (DropConnect)."""
        response_GI = None if self.response_GI is None else self.response_GI * mask_GI
        return evolve(self, weight_GI=self.weight_GI * mask_GI, response_GI=response_GI)


def joined(incoming: GateMap, recurring: GateMap) -> tuple[GateMap, GateMap]:
    """Two maps of the same sum, all that is constant in the first."""
    incoming = evolve(
        incoming,
        bias_G=total(incoming.bias_G, recurring.bias_G),
        shift_BG=total(incoming.shift_BG, recurring.shift_BG),
    )
    return incoming, evolve(recurring, bias_G=None, shift_BG=None)


def total(a: Tensor | None, b: Tensor | None) -> Tensor | None:
    """The sum of those that are there."""
    if a is None or b is None:
        return a if b is None else b
    return a + b
