"""A shelf of wrong layers: each breaks a law, which must catch it."""

from __future__ import annotations

import random

import torch
from attrs import evolve, frozen
from torch import Tensor, nn

from hypertune.catalogue import LayerType
from hypertune.layers.dropout import DROPOUT
from hypertune.layers.linear import LINEAR
from hypertune.layers.relu import RELU
from hypertune.response import Conditions, Layer
from hypertune.response.affine import Affine
from hypertune.response.dropout import Dropout
from hypertune.response.elementwise import Elementwise


@frozen
class Wrong:
    """A layer type, what is wrong with it, and the law that says so."""

    what: str
    law: str
    kind: LayerType


def _affine(layer: type[Affine]) -> LayerType:
    return evolve(
        LINEAR,
        build=lambda args, shape, given: layer(
            shape[0], args["out_features"], args["bias"], given
        ),
    )


def _free(build) -> LayerType:
    return evolve(RELU, build=lambda args, shape, given: build())


class EagerAtBirth(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        if self.response is not None:
            nn.init.ones_(self.response.weight_scale)


class CentredOverTheBatch(Layer):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        return x - x.mean(0)


class DividedByTheBatch(Layer):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        return x / len(x)


class CurvedAnswer(Affine):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        if heard.delta_BG is not None:
            heard = evolve(heard, delta_BG=heard.delta_BG.tanh())
        return super().forward(x, heard)


class PaidSilence(Layer):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        return 2 * x

    def linearised(self, x: Tensor, dx: Tensor | None, heard: Conditions):
        return 2 * x, 2 * (torch.zeros_like(x) if dx is None else dx)


class UntrainableChange(Affine):
    def linearised(self, x: Tensor, dx: Tensor | None, heard: Conditions):
        y, dy = super().linearised(x, dx, heard)
        return y, None if dy is None else dy.detach()


class AnsweredBase(Affine):
    def linearised(self, x: Tensor, dx: Tensor | None, heard: Conditions):
        return self(x, heard), super().linearised(x, dx, heard)[1]


class MeanResponse(Affine):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        if heard.delta_BG is not None:
            heard = evolve(heard, delta_BG=heard.delta_BG.mean(0, keepdim=True))
        return super().forward(x, heard)


class MeanRate(Dropout):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        means = {name: v.mean(0, keepdim=True) for name, v in heard.values.items()}
        return super().forward(x, evolve(heard, values=means))


class IdleParameter(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.idle = nn.Parameter(torch.zeros(1))


class SecretBase(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.extra = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        y = super().forward(x, heard)
        return y if heard.delta_BG is None else y + self.extra


class ForgottenOffset(Layer):
    def __init__(self) -> None:
        super().__init__()
        self.offset = torch.randn(1, dtype=torch.float64)

    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        return x + self.offset


class KeptWeight(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.kept = [self.weight]

    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        return self.product(x, self.kept[0], self.bias)


class UnfoldedResponse(Affine):
    def folded(self, delta_G: Tensor | None) -> dict[str, Tensor]:
        return super().folded(None)


class SinglePrecision(Layer):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        return x.float()


class HomeSick(Affine):
    def __init__(self, *args) -> None:
        with torch.device("cpu"):
            super().__init__(*args)


class _StraightThrough(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x: Tensor) -> Tensor:
        return x.relu()

    @staticmethod
    def backward(ctx, gradient: Tensor) -> Tensor:
        return gradient


class StraightThrough(Layer):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        return _StraightThrough.apply(x)


class ReachableRate(Dropout):
    def forward(self, x: Tensor, heard: Conditions) -> Tensor:
        y = super().forward(x, heard)
        for rate_B in heard.values.values():
            y = y * (1 - rate_B).reshape(-1, *(1,) * (x.dim() - 1))
        return y


class UnansweredNorms(Affine):
    def squares(self, heard: Conditions) -> Tensor:
        return (
            super()
            .squares(evolve(heard, delta_BG=None))
            .expand(1 if heard.delta_BG is None else len(heard.delta_BG))
        )


class Unseeded(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        nn.init.constant_(self.weight, random.random())


def _costs(**changed: int):
    return lambda args, shape, given: evolve(LINEAR.costs(args, shape, given), **changed)


def _dropout(layer: type[Dropout]) -> LayerType:
    return evolve(
        DROPOUT,
        build=lambda args, shape, given: layer(
            args["p"] if isinstance(args["p"], float | int) else None
        ),
    )


SHELF = (
    Wrong(
        "an output one too wide",
        "gives the shape it declares",
        evolve(LINEAR, output=lambda args, shape: (args["out_features"] + 1,)),
    ),
    Wrong("a scale of one", "ignores hyperparameters at birth", _affine(EagerAtBirth)),
    Wrong("a mean over the batch", "treats rows alone", _free(CentredOverTheBatch)),
    Wrong("the size of the batch", "treats rows alone", _free(DividedByTheBatch)),
    Wrong("a bent response", "answers linearly", _affine(CurvedAnswer)),
    Wrong(
        "a slope of one",
        "linearises to its derivative",
        _free(lambda: Elementwise(nn.ReLU(), lambda dx, x, y: dx)),
    ),
    Wrong("work on zeros", "linearises to its derivative", _free(PaidSilence)),
    Wrong("a detached change", "linearises to its derivative", _affine(UntrainableChange)),
    Wrong("an answer in the base", "linearises to its derivative", _affine(AnsweredBase)),
    Wrong("the mean response", "answers each example as if alone", _affine(MeanResponse)),
    Wrong("the mean rate", "hears the values of each example", _dropout(MeanRate)),
    Wrong("an idle parameter", "uses every parameter", _affine(IdleParameter)),
    Wrong("a response in the base", "uses every parameter", _affine(SecretBase)),
    Wrong("an offset on the side", "is its state dict", _free(ForgottenOffset)),
    Wrong("a weight on the side", "runs functionally", _affine(KeptWeight)),
    Wrong("a response left out", "folds to a plain layer", _affine(UnfoldedResponse)),
    Wrong("single precision", "keeps the dtype", _free(SinglePrecision)),
    Wrong("weights on the CPU", "keeps the device", _affine(HomeSick)),
    Wrong("a gradient of one", "has the gradient of finite differences", _free(StraightThrough)),
    Wrong(
        "a gradient by the rate",
        "has the gradient of finite differences",
        _dropout(ReachableRate),
    ),
    Wrong("the base alone", "penalises its effective weights", _affine(UnansweredNorms)),
    Wrong("no base", "costs what it declares", evolve(LINEAR, costs=_costs(base=0))),
    Wrong("no response", "costs what it declares", evolve(LINEAR, costs=_costs(response=0))),
    Wrong("no work", "costs what it declares", evolve(LINEAR, costs=_costs(flops=0))),
    Wrong("a name of two words", "prints and parses back", evolve(RELU, name="re lu")),
    Wrong("other randomness", "is born of its seed", _affine(Unseeded)),
)
