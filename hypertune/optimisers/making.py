"""From an optimiser or a schedule of a program to its value."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import partial
from typing import Any

from torch import optim
from torch.optim import lr_scheduler

from hypertune.catalogue import Catalogue, OptimiserType, ScheduleType
from hypertune.ir import Call, Ref
from hypertune.optimisers.schedules import several
from hypertune.runtime import EpochSchedule, Optimiser, PlateauSchedule, Schedule

_NONE: Mapping[str, float | str] = {}


def optimiser(
    call: Call, catalogue: Catalogue, starts: Mapping[str, float | str] = _NONE
) -> Optimiser:
    """The optimiser as a value; options that are hyperparameters are tied to them.

    Args:
        call: the optimiser and its options.
        catalogue: where it is found.
        starts: constrained values that the hyperparameters among its options start from.

    """
    kind = catalogue.of(OptimiserType)[call.kind]
    tied = {name: value.hyper for name, value in call.args.items() if isinstance(value, Ref)}
    options: dict[str, Any] = {**call.args, **{name: starts[at] for name, at in tied.items()}}
    return Optimiser(getattr(optim, kind.torch), options, kind.rule and kind.rule(), tied)


def schedule(call: Call, catalogue: Catalogue, epochs: int) -> Schedule:
    """The schedule as a value.

    Args:
        call: the schedule and its options.
        catalogue: where it is found.
        epochs: length of the run, over which `cosine` falls unless given otherwise.

    """
    kind = catalogue.of(ScheduleType)[call.kind]
    args: dict[str, Any] = dict(call.args)
    if kind.factor is None:
        return PlateauSchedule(**args)
    if args.get("t_max", 0) is None:
        args["t_max"] = epochs
    scheduler = getattr(lr_scheduler, kind.torch)
    torch_names = {name.lower(): name for name in inspect.signature(scheduler).parameters}
    options = {torch_names[name]: value for name, value in args.items()}
    if "milestones" in options:
        options["milestones"] = tuple(map(int, several(options["milestones"])))
    lowest = args.get("eta_min", 0.0)
    return EpochSchedule(scheduler, options, partial(kind.factor, args), lowest)
