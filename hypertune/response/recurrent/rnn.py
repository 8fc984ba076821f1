"""The plain recurrent cell: h' = tanh(X + P)."""

from __future__ import annotations

import torch
from torch import Tensor

from hypertune.response.recurrent.cell import Product, Pulled, Tensors


class RNN:
    """A `Cell` of one gate. Nothing but its outputs is needed for its slopes."""

    gates = 1
    states = 1
    summed = True

    def step(self, x_BG: Tensor, p_BG: Tensor, state: Tensors) -> Tensors:
        return ((x_BG + p_BG).tanh(),)

    def run(
        self, x_TBG: Tensor, product: Product, bias_BG: Tensor | None, state: Tensors
    ) -> tuple[Tensors, Tensor, Tensors]:
        h_SBH = torch.cat([state[0].unsqueeze(0), x_TBG])
        u_TBG = product.buffer(x_TBG)
        for u, h, h_next in zip(u_TBG, h_SBH[:-1], h_SBH[1:], strict=True):
            product.add(h, h_next, u)
            h_next.tanh_()
        return (h_SBH,), u_TBG, ()

    def slopes(self, h_SBH: Tensor, trace: Tensors) -> Tensors:
        return (1 - h_SBH[1:].square(),)

    def drive(self, slopes: Tensors, dx_TBG: Tensor, dp_TBG: Tensor) -> Tensor:
        return dx_TBG.add_(dp_TBG)

    def push(
        self, slopes: Tensors, product: Product, drive_TBG: Tensor, tangents: Tensors
    ) -> Tensors:
        steps, rows, width = drive_TBG.shape
        dh_SBH = drive_TBG.new_empty(steps + 1, rows, width)
        dh_SBH[0] = tangents[0]
        for drive, by_x, dh, dh_next in zip(
            drive_TBG, *slopes, dh_SBH[:-1], dh_SBH[1:], strict=True
        ):
            torch.mul(product.push(dh, drive), by_x, out=dh_next)
        return (dh_SBH,)

    def pull(
        self, slopes: Tensors, product: Product, gradients: Tensors, out_TBG: Tensor
    ) -> Pulled:
        du_TBG, dh = product.buffer(out_TBG), gradients[0][-1]
        moments = *slopes, out_TBG, du_TBG, gradients[0][:-1]
        backwards = (reversed(all_steps.unbind()) for all_steps in moments)
        for by_x, d, du, grad in zip(*backwards, strict=True):
            dh = product.pull(grad, torch.mul(by_x, dh, out=d), du)
        return Pulled(out_TBG, out_TBG, du_TBG, (dh,))
