"""What a recurrent cell has to give, so that one kernel serves LSTM, GRU and RNN."""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import torch
from attrs import field, frozen
from torch import Tensor

from hypertune.response.recurrent.factor import Factor

Tensors = tuple[Tensor, ...]


@frozen
class Product:
    """The recurrent product P = h Wᵀ + s ⊙ (h Uᵀ) of one step; plain without U and s.

    `steps` says how often it will be asked for.
    """

    w_GH: Tensor
    u_GH: Tensor | None = None
    scale_BG: Tensor | None = None
    steps: int = field(default=1, kw_only=True)

    @cached_property
    def _forwards(self) -> list[Factor]:
        return [Factor(matrix.T, self.steps) for matrix in self._matrices()]

    @cached_property
    def _backwards(self) -> list[Factor]:
        return [Factor(matrix, self.steps) for matrix in self._matrices()]

    def _matrices(self) -> list[Tensor]:
        return [self.w_GH] if self.u_GH is None else [self.w_GH, self.u_GH]

    def add(self, h_BH: Tensor, p_BG: Tensor, u_BG: Tensor) -> None:
        """Add P to p_BG, and write h Uᵀ over u_BG."""
        by_w, *by_u = self._forwards
        by_w(h_BH, p_BG, out=p_BG)
        if by_u and self.scale_BG is not None:
            p_BG.addcmul_(self.scale_BG, by_u[0](h_BH, out=u_BG))

    def pull(self, grad_BH: Tensor, d_BG: Tensor, du_BG: Tensor) -> Tensor:
        """The gradient of h from that of P, d_BG, plus grad_BH; write s ⊙ d over du_BG."""
        by_w, *by_u = self._backwards
        grad_BH = by_w(d_BG, grad_BH)
        if by_u and self.scale_BG is not None:
            torch.mul(self.scale_BG, d_BG, out=du_BG)
            by_u[0](du_BG, grad_BH, out=grad_BH)
        return grad_BH

    def push(self, dh_BH: Tensor, plus_BG: Tensor | None = None) -> Tensor:
        """The tangent of h Wᵀ from that of h, and what is to be added."""
        return self._forwards[0](dh_BH, plus_BG)

    def buffer(self, like_TBG: Tensor) -> Tensor:
        """Room for what `add` and `pull` write over all steps."""
        steps, rows, width = like_TBG.shape
        return like_TBG.new_empty(steps, rows, 0 if self.u_GH is None else width)


@frozen
class Pulled:
    """Gradients of X, of P, s ⊙ that of P, and of the initial state."""

    x_TBG: Tensor
    p_TBG: Tensor
    scaled_TBG: Tensor
    state: Tensors


class Cell(Protocol):
    """The formulas of one kind of cell.

    The next state depends on the input product X and the recurrent product P, a column for each
    row of the gates. `step` and `drive` are made of differentiable operations. The others run
    over a whole sequence and write into buffers; no gradient follows them.

    Shapes: time comes first. The hidden states h_SBH, of one moment more than there are steps,
    begin with the initial one.
    """

    gates: int
    """How many blocks of H rows the weights have."""
    states: int
    """How many tensors a state has; the first is the output."""
    summed: bool
    """Whether only X + P counts, so that X can carry both biases."""

    def step(self, x_BG: Tensor, p_BG: Tensor, state: Tensors) -> Tensors:
        """The next state."""
        ...

    def run(
        self, x_TBG: Tensor, product: Product, bias_BG: Tensor | None, state: Tensors
    ) -> tuple[Tensors, Tensor, Tensors]:
        """(h_SBH, other final states…), h Uᵀ, and what `slopes` needs; x_TBG is written over.

        P is `product` and `bias_BG`, which is None if `summed`.
        """
        ...

    def slopes(self, h_SBH: Tensor, trace: Tensors) -> Tensors:
        """The derivatives of all steps, from which `push` and `pull` are made."""
        ...

    def drive(self, slopes: Tensors, dx_TBG: Tensor, dp_TBG: Tensor) -> Tensor:
        """What drives the tangent: dX, and the part of dP that does not come from dh.

        dX is written over.
        """
        ...

    def push(
        self, slopes: Tensors, product: Product, drive_TBG: Tensor, tangents: Tensors
    ) -> Tensors:
        """(dh_SBH, other final tangents…), from the drive and tangents of the initial state."""
        ...

    def pull(
        self, slopes: Tensors, product: Product, gradients: Tensors, out_TBG: Tensor
    ) -> Pulled:
        """The transpose of `push`, from gradients of h_SBH and of the other final states.

        Gradients of X are written over out_TBG, which may be the first of the slopes.
        """
        ...
