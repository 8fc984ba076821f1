"""A responding layer that stands in a module where a layer of torch was."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.autograd import forward_ad

from hypertune.conditioning import Conditioning, columns_of
from hypertune.response.conversion.reading import Reading
from hypertune.response.layer import Layer

Pair = tuple[Tensor, Tensor | None]


class Placed(nn.Module):
    """Called as the layer that was there; evaluated at what the whole module is.

    Args:
        layer: the responding layer; its folded state has the keys of the layer that was there.
        columns: of the hyperparameters, which it responds to; none if it does not respond.
        name: of the layer in the module.
        reading: what the whole is evaluated at.
        was: the layer that was there, which may be asked for `out_features`, `kernel_size`, ….

    """

    def __init__(
        self,
        layer: Layer,
        columns: tuple[int, ...],
        name: str,
        reading: Reading,
        was: nn.Module,
    ) -> None:
        super().__init__()
        self.layer, self.columns, self.name = layer, columns, name
        self._reading = reading
        self._said = {k: v for k, v in vars(was).items() if k not in vars(self)}

    def __getattr__(self, name: str) -> Any:
        if name in ("weight", "bias"):
            layer = self._modules["layer"]
            assert isinstance(layer, Layer)
            if not layer.has_response:
                return getattr(layer, name)
            raise AttributeError(
                f"the {name} of `{self.name}` is read from outside, as if it did not respond:"
                " leave this layer plain, by `given`"
            )
        said = self.__dict__.get("_said", {})
        return said[name] if name in said else super().__getattr__(name)

    def forward(self, x: Tensor) -> Tensor:
        its = self.its(self._reading.conditioning)
        if not its.linearised:
            y: Tensor = self.layer(self.rows(x, its), its)
            return y
        x, dx = unpacked(self.rows(x, its))
        return packed(self.layer.linearised(x, dx, its))

    def its(self, whole: Conditioning) -> Conditioning:
        """The conditioning of this layer, of that of the whole."""
        return whole.given(self.columns) if self.columns else whole.unresponsive

    def folded(self, response_H: Tensor | None) -> dict[str, Tensor]:
        """The state of the layer that was here, for a response of the whole."""
        response = None
        if response_H is not None and self.columns:
            response = columns_of(response_H[None], self.columns)[0]
        return self.layer.folded(response)

    def rows(self, x: Tensor, its: Conditioning) -> Tensor:
        """The input with a row for each example, if there is a response for each.

        Raises:
            ValueError: if the first axis is not that of the examples.

        """
        examples = 1 if its.response_BG is None else len(its.response_BG)
        if examples in (1, len(x)):
            return x
        if len(x) == 1:
            return x.expand(examples, *x.shape[1:])
        raise ValueError(
            f"`{self.name}` is called with {len(x)} rows for {examples} examples: what responds"
            " for each example needs a first axis of examples. Leave this layer plain, by `given`"
        )


def unpacked(x: Tensor) -> Pair:
    """A value and its tangent; None for zero."""
    value, tangent = forward_ad.unpack_dual(x)  # type: ignore[no-untyped-call]
    return value, tangent


def packed(pair: Pair) -> Tensor:
    """A dual tensor."""
    value, tangent = pair
    if tangent is None:
        return value
    dual: Tensor = forward_ad.make_dual(value, tangent)  # type: ignore[no-untyped-call]
    return dual
