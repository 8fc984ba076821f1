"""The schedules: those of `torch.optim.lr_scheduler` that move once per epoch.

Options are torch's in lower case (`t_max`), with its defaults; but for `cosine`, whose `t_max`
is the length of the run unless it is written. Units: lengths in epochs.
"""

from __future__ import annotations

from math import cos, pi

from hypertune.catalogue import Arg, Args, ScheduleType


def _epochs(name: str, doc: str, default: int) -> Arg:
    return Arg(name, "int", doc, default, low=1)


def _factor(name: str, doc: str, default: float) -> Arg:
    return Arg(name, "float", doc, default, low=0, high=1)


def several(numbers: float | tuple[float, ...]) -> tuple[float, ...]:
    return numbers if isinstance(numbers, tuple) else (numbers,)


def _not_whole(args: Args) -> str:
    odd = [number for number in several(args["milestones"]) if number != int(number)]
    return f"a milestone is a whole epoch, {odd[0]:g} is none" if odd else ""


def _after_steps(args: Args, epoch: int) -> float:
    changes: int = epoch // args["step_size"]
    return float(args["gamma"] ** changes)


def _after_milestones(args: Args, epoch: int) -> float:
    changes = sum(milestone <= epoch for milestone in several(args["milestones"]))
    return float(args["gamma"] ** changes)


def _half_cosine(epoch: int, length: int) -> float:
    return (1 + cos(pi * epoch / length)) / 2


def _since_restart(args: Args, epoch: int) -> float:
    length = args["t_0"]
    while epoch >= length:
        epoch, length = epoch - length, length * args["t_mult"]
    return _half_cosine(epoch, length)


def _on_a_line(args: Args, epoch: int) -> float:
    share = min(epoch / args["total_iters"], 1)
    return float(args["start_factor"] + (args["end_factor"] - args["start_factor"]) * share)


def _until(args: Args, epoch: int) -> float:
    return float(args["factor"]) if epoch < args["total_iters"] else 1.0


def _along_a_power(args: Args, epoch: int) -> float:
    return float((1 - min(epoch / args["total_iters"], 1)) ** args["power"])


_GAMMA = Arg("gamma", "float", "what the learning rate is multiplied by", 0.1, low=0)
_ETA_MIN = Arg("eta_min", "float", "the lowest learning rate", 0.0, low=0)

STEP = ScheduleType(
    "step",
    "multiplies the learning rate every `step_size` epochs",
    (Arg("step_size", "int", "epochs between two changes", low=1), _GAMMA),
    "StepLR",
    _after_steps,
)
MULTI_STEP = ScheduleType(
    "multi_step",
    "multiplies the learning rate at each milestone",
    (Arg("milestones", "numbers", "the epochs", low=0), _GAMMA),
    "MultiStepLR",
    _after_milestones,
    _not_whole,
)
EXPONENTIAL = ScheduleType(
    "exponential",
    "multiplies the learning rate every epoch",
    (Arg("gamma", "float", "what the learning rate is multiplied by", low=0),),
    "ExponentialLR",
    lambda args, epoch: float(args["gamma"] ** epoch),
)
COSINE = ScheduleType(
    "cosine",
    "lowers the learning rate along half a cosine",
    (
        Arg("t_max", "int", "epochs down; without it, the length of the run", None, low=1),
        _ETA_MIN,
    ),
    "CosineAnnealingLR",
    lambda args, epoch: _half_cosine(epoch, args["t_max"]),
)
COSINE_WARM_RESTARTS = ScheduleType(
    "cosine_warm_restarts",
    "lowers the learning rate along half a cosine, again and again",
    (
        Arg("t_0", "int", "epochs to the first restart", low=1),
        _epochs("t_mult", "what the distance of restarts is multiplied by", 1),
        _ETA_MIN,
    ),
    "CosineAnnealingWarmRestarts",
    _since_restart,
)
LINEAR = ScheduleType(
    "linear",
    "moves the learning rate's factor evenly from one number to another",
    (
        Arg("start_factor", "float", "the first factor", 1 / 3, low=0, high=1, open_low=True),
        _factor("end_factor", "the last factor", 1.0),
        _epochs("total_iters", "epochs between them", 5),
    ),
    "LinearLR",
    _on_a_line,
)
CONSTANT = ScheduleType(
    "constant",
    "multiplies the learning rate at first, then no more",
    (
        Arg(
            "factor",
            "float",
            "what the learning rate is multiplied by",
            1 / 3,
            low=0,
            high=1,
            open_low=True,  # torch divides by it
        ),
        _epochs("total_iters", "epochs until it stops", 5),
    ),
    "ConstantLR",
    _until,
)
POLYNOMIAL = ScheduleType(
    "polynomial",
    "lowers the learning rate to zero along a power",
    (
        _epochs("total_iters", "epochs to zero", 5),
        Arg("power", "float", "the power", 1.0, low=0),
    ),
    "PolynomialLR",
    _along_a_power,
)
PLATEAU = ScheduleType(
    "plateau",
    "multiplies the learning rate when the validation loss no longer falls",
    (
        Arg("factor", "float", "what it is multiplied by", 0.1, low=0, high=1, open_high=True),
        Arg("patience", "int", "epochs without a fall that are let pass", 10, low=0),
        Arg("threshold", "float", "how large a fall must be", 1e-4, low=0),
        Arg(
            "threshold_mode",
            "string",
            "whether a fall is counted as a share of the loss or as it is",
            "rel",
            choices=("rel", "abs"),
        ),
        Arg("cooldown", "int", "epochs to wait after a change", 0, low=0),
        Arg("min_lr", "float", "the lowest learning rate", 0.0, low=0),
        Arg("eps", "float", "the smallest change that is made", 1e-8, low=0),
    ),
    "ReduceLROnPlateau",
)

SCHEDULES = (
    STEP,
    MULTI_STEP,
    EXPONENTIAL,
    COSINE,
    COSINE_WARM_RESTARTS,
    LINEAR,
    CONSTANT,
    POLYNOMIAL,
    PLATEAU,
)
