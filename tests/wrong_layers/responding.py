"""Layers with weights that respond wrongly."""

from __future__ import annotations

import random

import torch
from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response.affine import Affine
from wrong_layers.wrong import Wrong, affine


class EagerWhenInitialised(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        if self.response is not None:
            nn.init.ones_(self.response.weight_scale)


class NeverLearns(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        if self.response is not None:
            nn.init.zeros_(self.response.weight)


class ZeroBase(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        nn.init.zeros_(self.weight)


class LargeBase(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        with torch.no_grad():
            self.weight.mul_(100)


class DeafToTheLast(Affine):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return super().forward(x, without_the_last(conditioning))

    def linearised(self, x: Tensor, dx: Tensor | None, conditioning: Conditioning):
        return super().linearised(x, dx, without_the_last(conditioning))


def without_the_last(conditioning: Conditioning) -> Conditioning:
    if conditioning.response_BG is None:
        return conditioning
    columns = torch.arange(
        conditioning.response_BG.shape[1], device=conditioning.response_BG.device
    )
    return Conditioning(
        conditioning.values, conditioning.response_BG * (columns < len(columns) - 1)
    )


class CurvedResponse(Affine):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        if conditioning.response_BG is not None:
            conditioning = Conditioning(conditioning.values, conditioning.response_BG.tanh())
        return super().forward(x, conditioning)


class UntrainableTangent(Affine):
    def linearised(self, x: Tensor, dx: Tensor | None, conditioning: Conditioning):
        y, dy = super().linearised(x, dx, conditioning)
        return y, None if dy is None else dy.detach()


class RespondingBase(Affine):
    def linearised(self, x: Tensor, dx: Tensor | None, conditioning: Conditioning):
        return self(x, conditioning), super().linearised(x, dx, conditioning)[1]


class MeanResponse(Affine):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        if conditioning.response_BG is not None:
            conditioning = Conditioning(
                conditioning.values, conditioning.response_BG.mean(0, keepdim=True)
            )
        return super().forward(x, conditioning)


class IdleParameter(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.idle = nn.Parameter(torch.zeros(1))


class SecretBase(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.extra = nn.Parameter(torch.ones(1))

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        y = super().forward(x, conditioning)
        return y if conditioning.response_BG is None else y + self.extra


class KeptWeight(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.kept = [self.weight]

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self.product(x, self.kept[0], self.bias)


class UnfoldedResponse(Affine):
    def folded(self, delta_G: Tensor | None) -> dict[str, Tensor]:
        return super().folded(None)


class OnTheCpu(Affine):
    def __init__(self, *args) -> None:
        with torch.device("cpu"):
            super().__init__(*args)


class BaseNorms(Affine):
    def squares(self, conditioning: Conditioning) -> Tensor:
        rows = 1 if conditioning.response_BG is None else len(conditioning.response_BG)
        return super().squares(Conditioning(conditioning.values)).expand(rows)


class NoNorms(Affine):
    def squares(self, conditioning: Conditioning) -> None:
        return None


class Unseeded(Affine):
    def __init__(self, *args) -> None:
        super().__init__(*args)
        nn.init.constant_(self.weight, random.random())


class UnusedFifthColumn(Affine):
    def product(self, x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
        return super().product(x[:, :4], weight[:, :4], bias)


_WHEN_INITIALISED = "ignores hyperparameters when initialised"
_TWIN = "is initialised as its plain twin"
_LEARNS = "can learn its whole response"
_LINEARISES = "linearises to its derivative"
_NORMS = "penalises its effective weights"
RESPONDING = (
    Wrong("a scale of one", _WHEN_INITIALISED, affine(EagerWhenInitialised)),
    Wrong("both factors of the response zero", _LEARNS, affine(NeverLearns)),
    Wrong("deaf to the last hyperparameter", _LEARNS, affine(DeafToTheLast)),
    Wrong("a base of zeros", _TWIN, affine(ZeroBase)),
    Wrong("a base a hundred times too large", _TWIN, affine(LargeBase)),
    Wrong("other randomness", "is initialised by its seed", affine(Unseeded)),
    Wrong("a bent response", "responds linearly", affine(CurvedResponse)),
    Wrong("a detached tangent", _LINEARISES, affine(UntrainableTangent)),
    Wrong("a response in the base", _LINEARISES, affine(RespondingBase)),
    Wrong("the mean response", "responds to each example alone", affine(MeanResponse)),
    Wrong("an idle parameter", "uses every parameter", affine(IdleParameter)),
    Wrong("a base in the response", "uses every parameter", affine(SecretBase)),
    Wrong("a weight on the side", "runs functionally", affine(KeptWeight)),
    Wrong("a response left out", "folds to a plain layer", affine(UnfoldedResponse)),
    Wrong("an unused fifth input", "folds to a plain layer", affine(UnusedFifthColumn)),
    Wrong("weights on the CPU", "keeps the device", affine(OnTheCpu)),
    Wrong("norms of the base alone", _NORMS, affine(BaseNorms)),
    Wrong("no norms", _NORMS, affine(NoNorms)),
)
