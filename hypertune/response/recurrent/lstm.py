"""The long short-term memory cell: c' = f ⊙ c + i ⊙ g and h' = o ⊙ tanh c'."""

from __future__ import annotations

import torch
from torch import Tensor

from hypertune.response.recurrent.cell import Product, Pulled, Tensors

_aten = torch.ops.aten


class LSTM:
    """A `Cell`; its gates are i, f, g, o, as torch orders them.

    Its trace: the gates, the cells, their tanh. Its slopes: what turns tangents of the gates into
    those of the cell (i, f, g) and of the output (o), that of the cell into that of the output,
    and f.
    """

    gates = 4
    states = 2
    summed = True

    def step(self, x_BG: Tensor, p_BG: Tensor, state: Tensors) -> Tensors:
        i, f, g, o = (x_BG + p_BG).chunk(4, -1)
        c = f.sigmoid() * state[1] + i.sigmoid() * g.tanh()
        return o.sigmoid() * c.tanh(), c

    def run(
        self, x_TBG: Tensor, product: Product, bias_BG: Tensor | None, state: Tensors
    ) -> tuple[Tensors, Tensor, Tensors]:
        steps, rows, width = x_TBG.shape
        h_SBH, c_SBH = (x_TBG.new_empty(steps + 1, rows, width // 4) for _ in range(2))
        tanh_TBH = torch.empty_like(c_SBH[1:])
        h_SBH[0], c_SBH[0] = state
        u_TBG = product.buffer(x_TBG)
        i_TBH, f_TBH, g_TBH, o_TBH = x_TBG.chunk(4, -1)
        gates = x_TBG, x_TBG[..., : width // 2], i_TBH, f_TBH, g_TBH, o_TBH
        states = h_SBH[:-1], h_SBH[1:], c_SBH[:-1], c_SBH[1:], tanh_TBH
        for x, sigmoids, i, f, g, o, u, h, h_next, c, c_next, tanh in zip(
            *gates, u_TBG, *states, strict=True
        ):
            product.add(h, x, u)
            sigmoids.sigmoid_()
            g.tanh_()
            o.sigmoid_()
            torch.mul(f, c, out=c_next).addcmul_(i, g)
            torch.mul(o, torch.tanh(c_next, out=tanh), out=h_next)
        return (h_SBH, c_SBH[-1].clone()), u_TBG, (x_TBG, c_SBH, tanh_TBH)

    def slopes(self, h_SBH: Tensor, trace: Tensors) -> Tensors:
        gates_TBG, c_SBH, tanh = trace
        i, f, g, o = gates_TBG.chunk(4, -1)
        by_gates_TBG = torch.empty_like(gates_TBG)
        by_i, by_f, by_g, by_o = by_gates_TBG.chunk(4, -1)
        _aten.sigmoid_backward.grad_input(g, i, grad_input=by_i)
        _aten.sigmoid_backward.grad_input(c_SBH[:-1], f, grad_input=by_f)
        _aten.tanh_backward.grad_input(i, g, grad_input=by_g)
        _aten.sigmoid_backward.grad_input(tanh, o, grad_input=by_o)
        return by_gates_TBG, _aten.tanh_backward(o, tanh), f

    def drive(self, slopes: Tensors, dx_TBG: Tensor, dp_TBG: Tensor) -> Tensor:
        return dx_TBG.add_(dp_TBG)

    def push(
        self, slopes: Tensors, product: Product, drive_TBG: Tensor, tangents: Tensors
    ) -> Tensors:
        steps, rows, width = drive_TBG.shape
        dh_SBH = drive_TBG.new_empty(steps + 1, rows, width // 4)
        dh_SBH[0], dc = tangents[0], tangents[1].clone()
        for drive, by_gates, by_cell, f, dh, dh_next in zip(
            drive_TBG, *slopes, dh_SBH[:-1], dh_SBH[1:], strict=True
        ):
            di, df, dg, do = product.push(dh, drive).mul_(by_gates).chunk(4, -1)
            dc.mul_(f).add_(di).add_(df).add_(dg)
            torch.addcmul(do, by_cell, dc, out=dh_next)
        return dh_SBH, dc

    def pull(
        self, slopes: Tensors, product: Product, gradients: Tensors, out_TBG: Tensor
    ) -> Pulled:
        by_gates_TBG, by_cell_TBH, f_TBH = slopes
        du_TBG = product.buffer(by_gates_TBG)
        shape = *by_cell_TBH.shape[:2], 4, -1
        to_cell, to_output, d_cell, d_output = (
            gates[:, :, block]
            for gates in (by_gates_TBG.view(*shape), out_TBG.view(*shape))
            for block in (slice(3), 3)
        )
        dh, dc = gradients[0][-1], gradients[1].clone()
        moments = to_cell, to_output, by_cell_TBH, f_TBH, d_cell, d_output, out_TBG, du_TBG
        backwards = (reversed(all_steps.unbind()) for all_steps in (*moments, gradients[0][:-1]))
        for to_c, to_h, by_c, f, d_c, d_h, d, du, grad in zip(*backwards, strict=True):
            dc.addcmul_(dh, by_c)
            torch.mul(to_c, dc.unsqueeze(1), out=d_c)
            torch.mul(to_h, dh, out=d_h)
            dc.mul_(f)
            dh = product.pull(grad, d, du)
        return Pulled(out_TBG, out_TBG, du_TBG, (dh, dc))
