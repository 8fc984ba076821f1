"""Layers inside layers, wrongly put together."""

from __future__ import annotations

from torch import Tensor, nn

from hypertune.conditioning import Conditioning
from hypertune.response import Layer
from hypertune.response.affine import Affine
from wrong_layers.wrong import Wrong, affine


class Wrapped(Layer):
    """A right one: a layer inside a layer."""

    def __init__(self, inputs: int, outputs: int, bias: bool, given: int) -> None:
        super().__init__()
        self.inner = nn.ModuleList([Affine(inputs, outputs, bias, given)])

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self.inner[0](x, conditioning)

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        return self.inner[0].folded(response_G)


class UnresponsivePart(Wrapped):
    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return super().forward(x, conditioning.unresponsive)


class UndeclaredPart(Wrapped):
    """Its response parameters are not inside a `ResponseParameters`."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        affine, undeclared = self.inner[0], nn.Module()
        if affine.response is not None:
            undeclared.__dict__.update(affine.response.__dict__)
            affine.response = undeclared


class PartWithoutFolding(Wrapped):
    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        return self.inner[0].folded(None)


_UNDECLARED = "response parameters undeclared in a part"
NESTED = (
    Wrong(
        "a part that does not respond", "can learn its whole response", affine(UnresponsivePart)
    ),
    Wrong(_UNDECLARED, "uses every parameter", affine(UndeclaredPart)),
    Wrong("a part without folding", "folds to a plain layer", affine(PartWithoutFolding)),
)
