"""What a recurrent cell has to give, so that one kernel serves LSTM, GRU and RNN."""

from __future__ import annotations

from typing import Protocol

import torch
from attrs import frozen
from torch import Tensor

Tensors = tuple[Tensor, ...]


@frozen
class Product:
    """The recurrent product P = h Wᵀ + s ⊙ (h Uᵀ) of one step; plain without U and s."""

    w_GH: Tensor
    u_GH: Tensor | None = None
    scale_BG: Tensor | None = None

    def add(self, h_BH: Tensor, p_BG: Tensor, u_BG: Tensor) -> None:
        """Add P to p_BG, and write h Uᵀ over u_BG."""
        torch.addmm(p_BG, h_BH, self.w_GH.T, out=p_BG)
        if self.u_GH is not None and self.scale_BG is not None:
            p_BG.addcmul_(self.scale_BG, torch.mm(h_BH, self.u_GH.T, out=u_BG))

    def pull(self, grad_BH: Tensor, d_BG: Tensor, du_BG: Tensor) -> Tensor:
        """The gradient of h from that of P, d_BG, plus grad_BH; write s ⊙ d over du_BG."""
        grad_BH = torch.addmm(grad_BH, d_BG, self.w_GH)
        if self.u_GH is not None and self.scale_BG is not None:
            torch.mul(self.scale_BG, d_BG, out=du_BG)
            torch.addmm(grad_BH, du_BG, self.u_GH, out=grad_BH)
        return grad_BH

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
        """What drives the tangent: dX, and the part of dP that does not come from dh."""
        ...

    def push(self, slopes: Tensors, w_GH: Tensor, drive_TBG: Tensor, tangents: Tensors) -> Tensors:
        """(dh_SBH, other final tangents…), from the drive and tangents of the initial state."""
        ...

    def pull(self, slopes: Tensors, product: Product, gradients: Tensors) -> Pulled:
        """The transpose of `push`, from gradients of h_SBH and of the other final states."""
        ...
