"""Several layers and both directions, read as one recurrent layer."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from hypertune.response.recurrent.cell import Cell, Tensors
from hypertune.response.recurrent.gates import GateMap
from hypertune.response.recurrent.sequence import Tangents, linearised, recurrent

Layers = Sequence[Sequence[tuple[GateMap, GateMap]]]
"""From the lowest up; of each the maps of input and hidden state, in one direction or both."""


def deep_recurrent(
    cell: Cell, x_BTI: Tensor, state: Tensors, layers: Layers
) -> tuple[Tensor, Tensors]:
    """Outputs and final state of a stack of layers, as `recurrent` gives those of one.

    Shapes: states are (layers x directions, B, H), as torch keeps them.
    """
    finals: list[Tensors] = []
    for directions in layers:
        outputs = []
        for backwards, maps in enumerate(directions):
            initial = tuple(tensor[len(finals)] for tensor in state)
            y_BTH, final = recurrent(cell, _turned(x_BTI, backwards), initial, *maps)
            outputs.append(_turned(y_BTH, backwards))
            finals.append(final)
        x_BTI = torch.cat(outputs, -1)
    return x_BTI, _stacked(finals)


def deep_linearised(
    cell: Cell,
    x_BTI: Tensor,
    dx_BTI: Tensor | None,
    state: Tensors,
    dstate: Tangents,
    layers: Layers,
) -> tuple[tuple[Tensor, Tensors], tuple[Tensor, Tensors]]:
    """Outputs and final state of a stack, and their tangent, as `linearised` gives of one."""
    finals: list[tuple[Tensors, Tensors]] = []
    for directions in layers:
        outputs = []
        for backwards, maps in enumerate(directions):
            k = len(finals)
            x = _turned(x_BTI, backwards)
            dx = None if dx_BTI is None else _turned(dx_BTI, backwards)
            initial = tuple(tensor[k] for tensor in state)
            moved = tuple(None if tensor is None else tensor[k] for tensor in dstate)
            (y, final), (dy, dfinal) = linearised(cell, x, dx, initial, moved, *maps)
            outputs.append((_turned(y, backwards), _turned(dy, backwards)))
            finals.append((final, dfinal))
        x_BTI, dx_BTI = (torch.cat(parts, -1) for parts in zip(*outputs, strict=True))
    assert dx_BTI is not None  # there is at least one layer
    at, along = (_stacked(parts) for parts in zip(*finals, strict=True))
    return (x_BTI, at), (dx_BTI, along)


def _turned(x_BTI: Tensor, backwards: int) -> Tensor:
    return x_BTI.flip(1) if backwards else x_BTI


def _stacked(finals: Sequence[Tensors]) -> Tensors:
    return tuple(torch.stack(tensors) for tensors in zip(*finals, strict=True))
