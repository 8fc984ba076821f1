"""The tangent of a recurrence, which is linear, and its transpose."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd import Function

from hypertune.response.recurrent.cell import Cell, Product, Tensors


def tangent(
    cell: Cell, slopes: Tensors, w_GH: Tensor, drive_TBG: Tensor, state: Tensors
) -> Tensors:
    """(dh_SBH, other final tangents…) from the drive and the tangents of the initial state.

    Gradients of any order reach these two; slopes and weight are constants.
    """
    outputs: Tensors = _Push.apply(cell, w_GH, slopes, drive_TBG, *state)
    return outputs


def _constants(ctx: Any, inputs: tuple[Any, ...], output: Tensors) -> None:
    ctx.cell, w_GH, slopes, *_ = inputs
    ctx.save_for_backward(w_GH, *slopes)


class _Push(Function):
    """Inputs: cell, weight, slopes, drive, state."""

    setup_context = staticmethod(_constants)

    @staticmethod
    def forward(
        cell: Cell, w_GH: Tensor, slopes: Tensors, drive_TBG: Tensor, *state: Tensor
    ) -> Tensors:
        return cell.push(slopes, Product(w_GH, steps=len(drive_TBG)), drive_TBG, state)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        w_GH, *slopes = ctx.saved_tensors
        return None, None, None, *_Pull.apply(ctx.cell, w_GH, tuple(slopes), *gradients)


class _Pull(Function):
    """The transpose of `_Push`: gradients of what that gives to those of what it takes."""

    setup_context = staticmethod(_constants)

    @staticmethod
    def forward(cell: Cell, w_GH: Tensor, slopes: Tensors, *gradients: Tensor) -> Tensors:
        product, room_TBG = Product(w_GH, steps=len(slopes[0])), torch.empty_like(slopes[0])
        pulled = cell.pull(slopes, product, gradients, room_TBG)
        return pulled.x_TBG, *pulled.state

    @staticmethod
    def backward(ctx: Any, *tangents: Tensor) -> tuple[Tensor | None, ...]:
        w_GH, *slopes = ctx.saved_tensors
        return None, None, None, *_Push.apply(ctx.cell, w_GH, tuple(slopes), *tangents)
