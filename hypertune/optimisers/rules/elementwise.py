"""Rules that move every number of the parameters by its own gradient and slots."""

from __future__ import annotations

from collections.abc import Callable

import torch
from attrs import frozen
from torch import Tensor

from hypertune.runtime import Number, Options, Parameters, Slots


@frozen
class Elementwise:
    """A rule from the update of a single parameter.

    Args:
        slots: the names of the slots, from the options.
        update: from a parameter and its gradient, the options, the slots and `k`, all of these by
            name, to the parameter and its slots after the step.

    """

    slots: Callable[..., tuple[str, ...]]
    update: Callable[..., tuple[Tensor, dict[str, Tensor]]]

    def init(self, parameters: Parameters, options: Options) -> Slots:
        zeros = {name: torch.zeros_like(p) for name, p in parameters.items()}
        return {slot: dict(zeros) for slot in self.slots(**options)}

    def step(
        self, parameters: Parameters, gradients: Parameters, slots: Slots, options: Options, k: int
    ) -> tuple[Parameters, Slots]:
        moved: dict[str, Tensor] = {}
        kept: dict[str, dict[str, Tensor]] = {slot: {} for slot in slots}
        for name, p in parameters.items():
            own = {slot: tensors[name] for slot, tensors in slots.items()}
            moved[name], after = self.update(p, gradients[name], k=k, **own, **options)
            for slot, tensor in after.items():
                kept[slot][name] = tensor
        return moved, kept


def is_on(option: Number) -> bool:
    """Whether an option does anything; one that is a tensor may, whatever its value is now."""
    return isinstance(option, Tensor) or option != 0


def plus(x: Tensor, y: Tensor, scale: Number) -> Tensor:
    """The sum x + scale y, in one pass."""
    if isinstance(scale, Tensor):
        return torch.addcmul(x, y, scale)
    return torch.add(x, y, alpha=scale)


def mean(x: Tensor, y: Tensor, decay: Number) -> Tensor:
    """The running mean x with y in it, in one pass."""
    return torch.lerp(x, y, 1 - (decay.to(x.dtype) if isinstance(decay, Tensor) else decay))


def downhill(p: Tensor, g: Tensor, weight_decay: Number, maximize: bool) -> Tensor:
    """The gradient of what is to fall, with that of the weight decay."""
    g = -g if maximize else g
    return plus(g, p, weight_decay) if is_on(weight_decay) else g


def root(x: Tensor) -> Tensor:
    """The square root, with a derivative of zero where it has none, at zero.

    There the chain rule would multiply infinity by the zero that `x` was squared from.
    """
    flat = x <= 0
    return x.masked_fill(flat, 1.0).sqrt().masked_fill(flat, 0.0)


def unbias(decay: Number, k: int) -> Number:
    """What a running mean with this decay, begun at zero, is to be divided by after step `k`."""
    exact = decay.double() if isinstance(decay, Tensor) else decay  # 1 - 0.999 cancels
    return 1 - exact ** (k + 1)
