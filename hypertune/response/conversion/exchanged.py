"""What stands in a module where a layer of torch was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from attrs import frozen
from torch import Tensor, nn
from torch.autograd import forward_ad

from hypertune.conditioning import Conditioning, columns_of
from hypertune.response.conversion.reading import Reading
from hypertune.response.layer import Layer

Pair = tuple[Tensor, Tensor | None]


@frozen
class Place:
    """Where a layer stands, the columns that it responds to, and what the whole is read at."""

    name: str
    columns: tuple[int, ...]
    reading: Reading


class Exchanged(nn.Module):
    """Called as the layer that was there; evaluated at what the whole module is.

    Args:
        place: where it stands.
        was: the layer that was there, which may be asked for `out_features`, `kernel_size`, ….

    """

    def __init__(self, place: Place, was: nn.Module) -> None:
        super().__init__()
        self.place = place
        self._said = {k: v for k, v in vars(was).items() if k not in vars(self)}

    def __getattr__(self, name: str) -> Any:
        said = self.__dict__.get("_said", {})
        if name in said:
            return said[name]
        if name.split("_")[-1] in ("weight", "bias") and "place" in self.__dict__:
            raise AttributeError(
                f"the {name} of `{self.place.name}` is read from outside, as if it did not"
                " respond: leave this layer plain, by `given`"
            )
        return super().__getattr__(name)

    def layers(self) -> Iterator[tuple[str, Layer]]:
        """Its responding layers, and what stands before the keys of their states."""
        raise NotImplementedError

    def at(self) -> Conditioning:
        """The conditioning of this layer."""
        return self.its(self.place.reading.conditioning)

    def its(self, whole: Conditioning) -> Conditioning:
        """The conditioning of this layer, of that of the whole."""
        return whole.given(self.place.columns) if self.place.columns else whole.unresponsive

    def folded(self, response_H: Tensor | None) -> dict[str, Tensor]:
        """The state of the layer that was here, for a response of the whole."""
        columns, response_G = self.place.columns, None
        if response_H is not None and columns:
            response_G = columns_of(response_H[None], columns)[0]
        return {
            prefix + key: value
            for prefix, layer in self.layers()
            for key, value in layer.folded(response_G).items()
        }

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
            f"`{self.place.name}` is called with {len(x)} rows for {examples} examples: what"
            " responds for each example needs a first axis of examples. Leave this layer plain,"
            " by `given`"
        )


class Placed(Exchanged):
    """One layer of one tensor."""

    def __init__(self, place: Place, was: nn.Module, layer: Layer) -> None:
        super().__init__(place, was)
        self.layer = layer

    def __getattr__(self, name: str) -> Any:
        layer = self.__dict__.get("_modules", {}).get("layer")
        if name in ("weight", "bias") and layer is not None and not layer.has_response:
            return getattr(layer, name)
        return super().__getattr__(name)

    def layers(self) -> Iterator[tuple[str, Layer]]:
        yield "", self.layer

    def forward(self, x: Tensor) -> Tensor:
        return read(self.layer, self.rows(x, its := self.at()), its)


def read(layer: Layer, x: Tensor, its: Conditioning) -> Tensor:
    """The output of a layer; a dual tensor in the linearised reading."""
    if not its.linearised:
        y: Tensor = layer(x, its)
        return y
    return packed(layer.linearised(*unpacked(x), its))


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
