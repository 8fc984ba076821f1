"""The gated recurrent unit: h' = (1 − z) ⊙ n + z ⊙ h with n = tanh(X + r ⊙ P)."""

from __future__ import annotations

import torch
from torch import Tensor

from hypertune.response.recurrent.cell import Product, Pulled, Tensors

_aten = torch.ops.aten


class GRU:
    """A `Cell`; its gates are r, z, n, as torch orders them.

    Its trace: the gates, and P of the last gate. Its slopes: what turns tangents of X into those
    of the output (those of P of the last gate count r times as much), r, and z.
    """

    gates = 3
    states = 1
    summed = False

    def step(self, x_BG: Tensor, p_BG: Tensor, state: Tensors) -> Tensors:
        x_r, x_z, x_n = x_BG.chunk(3, -1)
        p_r, p_z, p_n = p_BG.chunk(3, -1)
        z, n = (x_z + p_z).sigmoid(), (x_n + (x_r + p_r).sigmoid() * p_n).tanh()
        return (n + z * (state[0] - n),)

    def run(
        self, x_TBG: Tensor, product: Product, bias_BG: Tensor | None, state: Tensors
    ) -> tuple[Tensors, Tensor, Tensors]:
        steps, rows, width = x_TBG.shape
        size = width // 3
        h_SBH = x_TBG.new_empty(steps + 1, rows, size)
        h_SBH[0] = state[0]
        u_TBG, p_TBH = product.buffer(x_TBG), x_TBG.new_empty(steps, rows, size)
        p_BG, start_BG = (
            torch.empty_like(x_TBG[0]),
            x_TBG.new_zeros(1) if bias_BG is None else bias_BG,
        )
        gates = x_TBG[..., : 2 * size], *x_TBG.chunk(3, -1)
        for sigmoids, r, z, n, u, p_n, h, h_next in zip(
            *gates, u_TBG, p_TBH, h_SBH[:-1], h_SBH[1:], strict=True
        ):
            product.add(h, p_BG.copy_(start_BG), u)
            p_n.copy_(p_BG[:, 2 * size :])
            sigmoids.add_(p_BG[:, : 2 * size]).sigmoid_()
            n.addcmul_(r, p_n).tanh_()
            torch.lerp(n, h, z, out=h_next)
        return (h_SBH,), u_TBG, (x_TBG, p_TBH)

    def slopes(self, h_SBH: Tensor, trace: Tensors) -> Tensors:
        gates_TBG, p_TBH = trace
        r, z, n = gates_TBG.chunk(3, -1)
        by_gates_TBG = torch.empty_like(gates_TBG)
        by_r, by_z, by_n = by_gates_TBG.chunk(3, -1)
        _aten.tanh_backward.grad_input(1 - z, n, grad_input=by_n)
        _aten.sigmoid_backward.grad_input(h_SBH[:-1] - n, z, grad_input=by_z)
        _aten.sigmoid_backward.grad_input(by_n * p_TBH, r, grad_input=by_r)
        return by_gates_TBG, r, z

    def drive(self, slopes: Tensors, dx_TBG: Tensor, dp_TBG: Tensor) -> Tensor:
        dp_r, dp_z, dp_n = dp_TBG.chunk(3, -1)
        return dx_TBG.add_(torch.cat([dp_r, dp_z, slopes[1] * dp_n], -1))

    def push(
        self, slopes: Tensors, product: Product, drive_TBG: Tensor, tangents: Tensors
    ) -> Tensors:
        steps, rows, width = drive_TBG.shape
        dh_SBH = drive_TBG.new_empty(steps + 1, rows, width // 3)
        dh_SBH[0] = tangents[0]
        for drive, by_gates, r, z, dh, dh_next in zip(
            drive_TBG, *slopes, dh_SBH[:-1], dh_SBH[1:], strict=True
        ):
            dp = product.push(dh)
            dp[:, 2 * r.shape[-1] :].mul_(r)
            dr, dz, dn = dp.add_(drive).mul_(by_gates).chunk(3, -1)
            torch.mul(z, dh, out=dh_next).add_(dr).add_(dz).add_(dn)
        return (dh_SBH,)

    def pull(
        self, slopes: Tensors, product: Product, gradients: Tensors, out_TBG: Tensor
    ) -> Pulled:
        by_x_TBG, r_TBH, z_TBH = slopes
        by_r, by_z, by_n = by_x_TBG.chunk(3, -1)
        p_TBG = torch.cat([by_r, by_z, r_TBH * by_n], -1)
        du_TBG, dh = product.buffer(p_TBG), gradients[0][-1]
        blocks = (v.view(*z_TBH.shape[:2], 3, -1) for v in (by_x_TBG, out_TBG, p_TBG))
        moments = *blocks, p_TBG, du_TBG, z_TBH, gradients[0][:-1]
        backwards = (reversed(all_steps.unbind()) for all_steps in moments)
        for by_x, d_x, d_p, d, du, z, grad in zip(*backwards, strict=True):
            torch.mul(by_x, dh.unsqueeze(1), out=d_x)
            d_p.mul_(dh.unsqueeze(1))
            dh = product.pull(torch.addcmul(grad, z, dh), d, du)
        return Pulled(out_TBG, p_TBG, du_TBG, (dh,))
