"""From an optimiser or a schedule of a program to torch's."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from torch import Tensor, optim
from torch.optim import Optimizer, lr_scheduler
from torch.optim.lr_scheduler import LRScheduler

from hypertune.catalogue import Catalogue, OptimiserType, ScheduleType
from hypertune.ir import Call, Ref

_NONE: Mapping[str, float | str] = {}
_FUSED = (optim.SGD, optim.Adam, optim.AdamW)  # on every device; others fuse on some alone


def optimiser(
    call: Call, catalogue: Catalogue, own: Mapping[str, float | str] = _NONE
) -> Callable[[Iterable[Tensor]], Optimizer]:
    """What makes the optimiser for some parameters.

    Args:
        call: the optimiser and its options.
        catalogue: where it is found.
        own: own values of the hyperparameters among its options.

    """
    kind = getattr(optim, catalogue.of(OptimiserType)[call.kind].torch)
    options = {
        name: own[value.hyper] if isinstance(value, Ref) else value
        for name, value in call.args.items()
    }
    if kind in _FUSED:
        options["fused"] = True  # one pass over the parameters instead of three
    made: partial[Optimizer] = partial(kind, **options)
    return made


def schedule(call: Call, catalogue: Catalogue, epochs: int) -> Callable[[Optimizer], LRScheduler]:
    """What makes the schedule for an optimiser.

    Args:
        call: the schedule and its options.
        catalogue: where it is found.
        epochs: length of the run, over which `cosine` falls unless told otherwise.

    """
    kind = getattr(lr_scheduler, catalogue.of(ScheduleType)[call.kind].torch)
    torch_names = {name.lower(): name for name in inspect.signature(kind).parameters}
    options: dict[str, Any] = {torch_names[name]: value for name, value in call.args.items()}
    if options.get("T_max", 0) is None:
        options["T_max"] = epochs
    if "milestones" in options:
        options["milestones"] = _several(options["milestones"])
    made: partial[LRScheduler] = partial(kind, **options)
    return made


def _several(numbers: float | tuple[float, ...]) -> tuple[float, ...]:
    return numbers if isinstance(numbers, tuple) else (numbers,)
