"""A module as a pure function: parameters and buffers are filled in for one call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import torch
from attrs import frozen
from torch import Tensor, nn

from hypertune.response import Layer
from hypertune.runtime import Kept

R = TypeVar("R")


@frozen
class _Slot:
    """A place in a module, and the name under which its tensor is handed over."""

    holder: dict[str, Any]  # a module's `_parameters` or `_buffers`
    key: str
    name: str


class Filled:
    """The slots of a module, which holds no tensors of its own between two calls.

    Handing tensors to the slots directly spares the bookkeeping of `torch.func.functional_call`,
    which takes longer than a small network does.
    """

    def __init__(self, module: nn.Module) -> None:
        """Take the tensors out of `module`; what stays in their places has shapes alone."""
        self._parameters = _parameter_slots(module)
        self._statistics, self._states = _buffer_slots(module)
        empty: dict[int, nn.Parameter] = {}  # what is shared stays shared
        for slot in self._parameters:
            parameter = slot.holder[slot.key]
            if id(parameter) not in empty:
                # not `empty_like`, which loads a package of symbolic algebra for it
                shape = torch.empty(parameter.shape, dtype=parameter.dtype, device="meta")
                empty[id(parameter)] = nn.Parameter(shape, requires_grad=False)
            slot.holder[slot.key] = empty[id(parameter)]
        for slot in self._statistics:
            slot.holder[slot.key] = slot.holder[slot.key].to("meta")
        self._training = module.training

    def call(
        self, weights: Mapping[str, Tensor], kept: Kept, function: Callable[[], R]
    ) -> tuple[R, Kept]:
        """What `function` gives with the tensors in place, and what it leaves in the buffers."""
        slots = self._parameters + self._statistics
        before = [slot.holder[slot.key] for slot in slots]
        try:
            for slot in self._parameters:
                slot.holder[slot.key] = weights[slot.name]
            for slot in self._statistics:  # a copy, because torch moves its own in place
                statistic = kept.statistics[slot.name]
                slot.holder[slot.key] = statistic.clone() if self._training else statistic
            for slot in self._states:
                slot.holder[slot.key] = kept.states.get(slot.name)
            return function(), self._left_behind(kept)
        finally:
            for slot, tensor in zip(slots, before, strict=True):
                slot.holder[slot.key] = tensor
            for slot in self._states:
                slot.holder[slot.key] = None

    def _left_behind(self, kept: Kept) -> Kept:
        if not self._statistics and not self._states:
            return kept
        states = {slot.name: slot.holder[slot.key] for slot in self._states}
        return Kept(
            {slot.name: slot.holder[slot.key].detach() for slot in self._statistics},
            {name: state.detach() for name, state in states.items() if state is not None},
        )


def statistics(module: nn.Module) -> dict[str, Tensor]:
    """The statistics of a module by name, copies."""
    found, _ = _buffer_slots(module)
    return {slot.name: slot.holder[slot.key].detach().clone() for slot in found}


def _parameter_slots(module: nn.Module) -> tuple[_Slot, ...]:
    first: dict[int, str] = {}
    slots = []
    for prefix, part in module.named_modules():
        for key, parameter in part._parameters.items():
            if parameter is not None:
                name = first.setdefault(id(parameter), f"{prefix}.{key}" if prefix else key)
                slots.append(_Slot(part._parameters, key, name))
    return tuple(slots)


def _buffer_slots(module: nn.Module) -> tuple[tuple[_Slot, ...], tuple[_Slot, ...]]:
    """Statistics, and hidden states."""
    statistics, states = [], []
    for prefix, part in module.named_modules():
        of_layer = part.states if isinstance(part, Layer) else frozenset()
        for key, buffer in part._buffers.items():
            slot = _Slot(part._buffers, key, f"{prefix}.{key}" if prefix else key)
            if key in of_layer:
                states.append(slot)
            elif buffer is not None and key not in part._non_persistent_buffers_set:
                statistics.append(slot)
    return tuple(statistics), tuple(states)
