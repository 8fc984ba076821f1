"""An optimiser as a value: torch's class, and a pure update rule for whoever looks inside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from inspect import unwrap
from typing import Any, Protocol

import torch
from attrs import Attribute, field, frozen
from torch import Tensor, optim
from torch.optim import Optimizer

Number = float | Tensor
Option = Number | tuple[Number, ...]
Options = Mapping[str, Option]
Parameters = Mapping[str, Tensor]
Slots = Mapping[str, Parameters]  # what an optimiser keeps, such as {"momentum_buffer": {…}}

_FUSED = (optim.SGD, optim.Adam, optim.AdamW)  # on every device; others fuse on some alone


class Rule(Protocol):
    """An optimiser's update as a pure function, with the names and defaults of torch's options.

    It is differentiable, in both modes and any number of times, in the parameters, the gradients,
    the slots and each option that is a tensor. Nothing is written in place, nothing waits for the
    device. Where torch's step has no derivative (Adam's where a gradient is exactly zero), the
    rule's is finite.
    """

    def init(self, parameters: Parameters, options: Options) -> Slots:
        """The slots before the first step: a tensor for each parameter, none if none is needed."""

    def step(
        self, parameters: Parameters, gradients: Parameters, slots: Slots, options: Options, k: int
    ) -> tuple[Parameters, Slots]:
        """Parameters and slots after step number `k` (from 0)."""


@frozen
class Optimiser:
    """Moves parameters down their gradients.

    Args:
        torch: the class that does it in place.
        options: of that class, by name; what is left out has torch's default.
        rule: the same as a pure function, if there is one.
        tied: options that are hyperparameters, by the names of both; in `options` stands the
            constrained value that such a hyperparameter starts from.

    """

    torch: type[Optimizer]
    options: Options = field(factory=dict)
    rule: Rule | None = None
    tied: Mapping[str, str] = field(factory=dict)

    @tied.validator
    def _have_a_start(self, _: Attribute[Any], tied: Mapping[str, str]) -> None:
        for option in tied.keys() - self.options.keys():
            raise ValueError(
                f"`{option}` is tied to `{tied[option]}` and has no value to start at"
            )

    def make(self, parameters: Iterable[Tensor]) -> Optimizer:
        """Torch's optimiser of these parameters, with options that stay at their start."""
        options: dict[str, Any] = dict(self.options)
        if self.torch in _FUSED:
            options["fused"] = True  # one pass over the parameters instead of three
        return _eager(self.torch)(parameters, **options)

    def options_at(self, values: Mapping[str, Tensor]) -> Options:
        """The options where the hyperparameters have these constrained values."""
        moved = {option: values[hyper] for option, hyper in self.tied.items() if hyper in values}
        return {**self.options, **moved}


_WRAPPED = ("add_param_group", "load_state_dict", "state_dict", "zero_grad")


def _eager(optimiser: type[Optimizer]) -> type[Optimizer]:
    """The optimiser without the wrappers that keep `torch.compile` out of it.

    At their first call they import torch's compiler, which takes as long as torch itself. Nor
    does a profiler note its steps, which takes longer than those of a small network.
    """
    methods: dict[str, Any] = {name: unwrap(getattr(optimiser, name)) for name in _WRAPPED}
    methods["step"] = torch.no_grad()(unwrap(optimiser.step))
    methods["step"].hooked = True  # torch wraps what is not
    return type(optimiser.__name__, (optimiser,), methods)
