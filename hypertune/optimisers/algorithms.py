"""The optimisers: options, ranges and defaults as in `torch.optim`.

Left out are the options that change how torch computes and not what (`foreach`, `fused`,
`capturable`, `differentiable`), and `maximize`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypertune.catalogue import Arg, Args, OptimiserType, Use

if TYPE_CHECKING:
    from hypertune.runtime import Rule


def _lr(default: float) -> Arg:
    return Arg("lr", "float", "learning rate", default, low=0, use=Use.OPTIMISER)


def _weight_decay(default: float = 0) -> Arg:
    return Arg(
        "weight_decay",
        "float",
        "shrinkage of the parameters, biases included; to tune one, use `l2`",
        default,
        low=0,
    )


def _betas() -> Arg:
    doc = "decay of the running means of the gradient and of its square"
    return Arg("betas", "numbers", doc, (0.9, 0.999), low=0, high=1, open_high=True, count=2)


def _eps(default: float = 1e-8) -> Arg:
    return Arg("eps", "float", "added to a denominator", default, low=0)


def _share(name: str, doc: str, default: float) -> Arg:
    return Arg(name, "float", doc, default, low=0, high=1)


def _flag(name: str, doc: str) -> Arg:
    return Arg(name, "bool", doc, default=False)


_MOMENTUM = Arg("momentum", "float", "share of the last step kept", 0.0, low=0, use=Use.OPTIMISER)
_AMSGRAD = _flag("amsgrad", "divide by the largest running mean so far")
_DECOUPLED = _flag("decoupled_weight_decay", "shrink the parameters beside the step, as AdamW")


def _sgd_refuses(args: Args) -> str:
    if args["nesterov"] and (args["momentum"] == 0 or args["dampening"] != 0):
        return "`nesterov` needs a `momentum`, and no `dampening`"
    return ""


def _sgd() -> Rule:
    from hypertune.optimisers.rules import SGD

    return SGD


def _adam() -> Rule:
    from hypertune.optimisers.rules import ADAM

    return ADAM


def _adamw() -> Rule:
    from hypertune.optimisers.rules import ADAMW

    return ADAMW


def _rmsprop() -> Rule:
    from hypertune.optimisers.rules import RMSPROP

    return RMSPROP


SGD = OptimiserType(
    "sgd",
    "gradient descent, with momentum if asked",
    (
        _lr(1e-3),
        _MOMENTUM,
        Arg("dampening", "float", "share of the gradient kept out of the momentum", 0.0),
        _weight_decay(),
        _flag("nesterov", "look ahead along the momentum"),
    ),
    "SGD",
    _sgd_refuses,
    slots=lambda args: int(args["momentum"] != 0),
    rule=_sgd,
)
ADAM = OptimiserType(
    "adam",
    "steps scaled by running means of the gradient's moments",
    (_lr(1e-3), _betas(), _eps(), _weight_decay(), _AMSGRAD, _DECOUPLED),
    "Adam",
    slots=lambda args: 2 + args["amsgrad"],
    rule=_adam,
)
ADAMW = OptimiserType(
    "adamw",
    "Adam with a weight decay beside the step",
    (_lr(1e-3), _betas(), _eps(), _weight_decay(0.01), _AMSGRAD),
    "AdamW",
    slots=lambda args: 2 + args["amsgrad"],
    rule=_adamw,
)
NADAM = OptimiserType(
    "nadam",
    "Adam with Nesterov's momentum",
    (
        _lr(2e-3),
        _betas(),
        _eps(),
        _weight_decay(),
        Arg("momentum_decay", "float", "how fast the momentum's share grows", 4e-3, low=0),
        _DECOUPLED,
    ),
    "NAdam",
)
RADAM = OptimiserType(
    "radam",
    "Adam with a rectified variance",
    (_lr(1e-3), _betas(), _eps(), _weight_decay(), _DECOUPLED),
    "RAdam",
)
RMSPROP = OptimiserType(
    "rmsprop",
    "steps scaled by a running mean of the squared gradient",
    (
        _lr(1e-2),
        _share("alpha", "decay of the running mean", 0.99),
        _eps(),
        _weight_decay(),
        _MOMENTUM,
        _flag("centered", "divide by the standard deviation of the gradient"),
    ),
    "RMSprop",
    slots=lambda args: 1 + args["centered"] + (args["momentum"] != 0),
    rule=_rmsprop,
)
ADAGRAD = OptimiserType(
    "adagrad",
    "steps scaled by the sum of all squared gradients",
    (
        _lr(1e-2),
        Arg("lr_decay", "float", "decay of the learning rate, a step", 0.0, low=0),
        _weight_decay(),
        Arg("initial_accumulator_value", "float", "what the sum starts from", 0.0, low=0),
        _eps(1e-10),
    ),
    "Adagrad",
    slots=lambda args: 1,
)
ADADELTA = OptimiserType(
    "adadelta",
    "steps scaled by the ratio of past steps to past gradients",
    (_lr(1.0), _share("rho", "decay of the running means", 0.9), _eps(1e-6), _weight_decay()),
    "Adadelta",
)
ADAMAX = OptimiserType(
    "adamax",
    "Adam with the largest gradient in the place of the second moment",
    (_lr(2e-3), _betas(), _eps(), _weight_decay()),
    "Adamax",
)
ASGD = OptimiserType(
    "asgd",
    "gradient descent that keeps an average of its way",
    (
        _lr(1e-2),
        Arg("lambd", "float", "decay of the parameters", 1e-4, low=0),
        Arg("alpha", "float", "power of the learning rate's decay", 0.75, low=0),
        Arg("t0", "float", "step from which it averages", 1e6, low=0),
        _weight_decay(),
    ),
    "ASGD",
    slots=lambda args: 1,
)

ALGORITHMS = (SGD, ADAM, ADAMW, NADAM, RADAM, RMSPROP, ADAGRAD, ADADELTA, ADAMAX, ASGD)
