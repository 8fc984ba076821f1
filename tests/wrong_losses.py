"""A shelf of wrong losses: each breaks a law, which must catch it."""

from __future__ import annotations

import torch
from attrs import evolve
from torch.nn import functional as F
from wrong_layers.wrong import Wrong

from hypertune.losses.cross_entropy import CROSS_ENTROPY
from hypertune.losses.l2 import L2
from hypertune.losses.squared import MSE


def mse(loss):
    return evolve(MSE, build=lambda args: loss)


def summed(given):
    return F.mse_loss(given.output, given.target, reduction="sum")


def for_each(given):
    return (given.output - given.target).square().mean(1)


def broadcast(given):
    return (given.output[:, None] - given.target).square().mean()


def detached(given):
    error = given.output - given.target
    return (error.detach() * error).mean()


def _constants_alone(args):
    strength = args["strength"] if isinstance(args["strength"], float | int) else 1.0
    return lambda given: strength * given.squares().mean() / 2


def _unweighted(args):
    build = CROSS_ENTROPY.build(args)
    return lambda given: build(evolve(given, values=_without_weight(given.values)))


def _without_weight(values):
    if "weight" not in values:
        return values
    return {**values, "weight": torch.ones_like(values["weight"])}


def _normalised(args):
    """Weighs by the share of the weights, as torch does for those of classes."""
    build = CROSS_ENTROPY.build(args)

    def loss(given):
        weight_B = given.values.get("weight")
        return build(given) if weight_B is None else build(given) / weight_B.mean()

    return loss


def _half_for_each(args):
    build = L2.build(args)
    return lambda given: build(given) * (2 if given.per_weight else 1)


def _shares_of_classes(args):
    build = CROSS_ENTROPY.build(args)

    def loss(given):
        shares = {name: weight_C / weight_C.sum() for name, weight_C in given.per_class.items()}
        return build(evolve(given, per_class=shares))

    return loss


_MEAN, _GRADIENT = "is the mean over examples", "has the gradient of finite differences"
_WEIGHS = "weighs each example by its weight"
LOSSES = (
    Wrong("a sum", _MEAN, mse(summed)),
    Wrong("a loss for each example", _MEAN, mse(for_each)),
    Wrong("all targets for each output", _MEAN, mse(broadcast)),
    Wrong("half the gradient", _GRADIENT, mse(detached)),
    Wrong(
        "a strength of one",
        "takes a hyperparameter as a constant",
        evolve(L2, build=_constants_alone),
    ),
    Wrong("no weights", _WEIGHS, evolve(CROSS_ENTROPY, build=_unweighted)),
    Wrong("weights that sum to one", _WEIGHS, evolve(CROSS_ENTROPY, build=_normalised)),
    Wrong(
        "weights of classes that sum to one",
        "takes a number for each class",
        evolve(CROSS_ENTROPY, build=_shares_of_classes),
    ),
    Wrong("no half", "takes a value for each weight", evolve(L2, build=_half_for_each)),
)
