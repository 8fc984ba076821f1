"""One layer in one direction, batch first: its reading, and its linearised reading."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor

from hypertune.response.recurrent.cell import Cell, Product, Tensors
from hypertune.response.recurrent.gates import GateMap, joined
from hypertune.response.recurrent.recurrence import loop, recurrence
from hypertune.response.recurrent.tangent import tangent

Tangents = tuple[Tensor | None, ...]


def recurrent(
    cell: Cell, x_BTI: Tensor, state: Tensors, incoming: GateMap, recurring: GateMap
) -> tuple[Tensor, Tensors]:
    """Outputs y_BTH and final state, the gates responding to each example's own row.

    Gradients of any order reach all that is given; forward mode works by `torch.func.jvp`. The
    precision is that of the weights, whatever autocast says: errors add up over the steps.
    """
    with _full_precision(x_BTI.device.type):
        maps = incoming.effective(), recurring.effective()
        incoming, recurring = joined(*maps) if cell.summed else maps
        return _read(recurrence(cell, _time_first(x_BTI, incoming), incoming, recurring, state))


def linearised(
    cell: Cell,
    x_BTI: Tensor,
    dx_BTI: Tensor | None,
    state: Tensors,
    dstate: Tangents,
    incoming: GateMap,
    recurring: GateMap,
) -> tuple[tuple[Tensor, Tensors], tuple[Tensor, Tensors]]:
    """Outputs and final state at the base weights, and their tangent by the response.

    The tangents of the input and of the initial state go in, too; None stands for zero. Gradients
    reach both tangents and the response. Where they are wanted for what the base reading depends
    on as well, torch's own forward mode takes the place of the rule, several times as slow.
    """
    if cell.summed:
        incoming, recurring = joined(incoming, recurring)
    at = _time_first(x_BTI, incoming), *state
    along = None if dx_BTI is None else _time_first(dx_BTI, incoming), *dstate
    weights = (incoming.weight_GI, incoming.bias_G, recurring.weight_GI, recurring.bias_G)
    base = [tensor for tensor in (*at, *weights) if tensor is not None]
    followed = torch.is_grad_enabled() and any(tensor.requires_grad for tensor in base)
    with _full_precision(x_BTI.device.type):
        found = (_by_forward_mode if followed else _by_rule)(cell, at, along, incoming, recurring)
    return _read(found[0]), _read(found[1])


def _by_rule(
    cell: Cell, at: Tensors, along: Tangents, incoming: GateMap, recurring: GateMap
) -> tuple[Tensors, Tensors]:
    x_TBI, *state = at
    dx_TBI, *dstate = along
    with torch.no_grad():
        x_TBG = GateMap(incoming.weight_GI, incoming.bias_G)(x_TBI)
        product = Product(recurring.weight_GI, steps=len(x_TBG))
        outputs, _, trace = cell.run(x_TBG, product, recurring.bias_G, tuple(state))
        slopes = cell.slopes(outputs[0], trace)
    dx_TBG, dh_TBG = incoming.tangent(x_TBI, dx_TBI), recurring.tangent(outputs[0][:-1], None)
    drive_TBG = cell.drive(slopes, dx_TBG, dh_TBG)
    filled = tuple(
        torch.zeros_like(s) if ds is None else ds for s, ds in zip(state, dstate, strict=True)
    )
    return outputs, tangent(cell, slopes, recurring.weight_GI, drive_TBG, filled)


def _by_forward_mode(
    cell: Cell, at: Tensors, along: Tangents, incoming: GateMap, recurring: GateMap
) -> tuple[Tensors, Tensors]:
    """The derivative by t at 0, where all tangents and the response are multiplied by t."""

    def outputs(t: Tensor) -> Tensors:
        x_TBI, *state = (
            value if dvalue is None else value + t * dvalue
            for value, dvalue in zip(at, along, strict=True)
        )
        return loop(cell, x_TBI, incoming.scaled(t), recurring.scaled(t), tuple(state))

    zero = at[0].new_zeros(())
    y, dy = torch.func.jvp(outputs, (zero,), (torch.ones_like(zero),))  # type: ignore[misc]  # three only with has_aux
    return y, dy


def _full_precision(device_type: str) -> AbstractContextManager[object]:
    if torch.amp.is_autocast_available(device_type):
        return torch.autocast(device_type, enabled=False)
    return nullcontext()


def _time_first(x_BTI: Tensor, incoming: GateMap) -> Tensor:
    return x_BTI.to(incoming.weight_GI.dtype).transpose(0, 1).contiguous()


def _read(outputs: Tensors) -> tuple[Tensor, Tensors]:
    h_SBH, *others = outputs
    # A state may be kept longer than the outputs: cloned, it does not keep their memory.
    return h_SBH[1:].transpose(0, 1), (h_SBH[-1].clone(), *others)
