"""Somebody else's module as a layer that responds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from attrs import evolve
from torch import Tensor, nn
from torch.utils import _pytree as pytree

from hypertune.conditioning import Conditioning
from hypertune.response.conversion.exchanged import Exchanged, packed, unpacked
from hypertune.response.conversion.reading import Reading
from hypertune.response.layer import Layer, total


class RespondingModule(Layer):
    """A layer with the parts of another module, to be made by `convert`.

    The linearised reading goes once through the module, with dual tensors: what is no responding
    layer in it must have a derivative in torch's forward mode.

    Args:
        module: in which responding layers stand.
        reading: what they are evaluated at.
        frozen: the names of weights that are not trained.

    """

    def __init__(self, module: nn.Module, reading: Reading, frozen: frozenset[str]) -> None:
        super().__init__()
        self.module, self._reading, self._frozen = module, reading, frozen

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        with self._reading.of(evolve(conditioning, linearised=False)):
            y: Tensor = self.module(x)
            return y

    def linearised(
        self, x: Tensor, dx: Tensor | None, conditioning: Conditioning
    ) -> tuple[Tensor, Tensor | None]:
        conditioning = evolve(conditioning, linearised=True)
        with self._unmoved(), self._reading.of(conditioning):
            return unpacked(self.module(packed((x, dx))))

    def called(self, conditioning: Conditioning, *args: Any, **kwargs: Any) -> Any:
        """What the module gives, of whatever it takes; linearised, with tangents added."""
        if not conditioning.linearised:
            with self._reading.of(conditioning):
                return self.module(*args, **kwargs)
        with self._unmoved(), self._reading.of(conditioning):
            return pytree.tree_map_only(Tensor, _sum, self.module(*args, **kwargs))

    def squares(self, conditioning: Conditioning) -> Tensor | None:
        return total(layer.squares(its) for layer, its in self._layers(conditioning))

    def absolutes(self, conditioning: Conditioning) -> Tensor | None:
        return total(layer.absolutes(its) for layer, its in self._layers(conditioning))

    def folded(self, response_G: Tensor | None) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        for name, part in _parts(self.module, ""):
            if isinstance(part, Exchanged):
                own = part.folded(response_G)
            else:
                own = {key: x for key, x in _state(part) if x is not None}
            found |= {f"{name}.{key}" if name else key: x for key, x in own.items()}
        for name in self._frozen:
            found[name] = self.module.get_buffer(name)
        return found

    def _layers(self, conditioning: Conditioning) -> Iterator[tuple[Layer, Conditioning]]:
        """The layers that can respond, each once, and what they are evaluated at."""
        for part in self.module.modules():
            if isinstance(part, Exchanged):
                yield from ((layer, part.its(conditioning)) for _, layer in part.layers())

    @contextmanager
    def _unmoved(self) -> Iterator[None]:
        """Within, plain layers move copies of their buffers; responding ones move none."""
        parts = [part for _, part in _parts(self.module, "") if part._buffers]
        before = [(part._buffers, dict(part._buffers)) for part in parts]
        for buffers, values in before:
            buffers.update((k, None if b is None else b.clone()) for k, b in values.items())
        try:
            yield
        finally:
            for buffers, values in before:
                buffers.update(values)


def _sum(x: Tensor) -> Tensor:
    value, tangent = unpacked(x)
    return value if tangent is None else value + tangent


def _parts(module: nn.Module, name: str) -> Iterator[tuple[str, nn.Module]]:
    """A module and the parts of it, as often as they stand in it, down to the responding ones."""
    yield name, module
    if not isinstance(module, Exchanged):
        for key, child in module._modules.items():
            if child is not None:
                yield from _parts(child, f"{name}.{key}" if name else key)


def _state(part: nn.Module) -> Iterator[tuple[str, Tensor | None]]:
    """What a module has of its own in a `state_dict`."""
    for key, parameter in part._parameters.items():
        yield key, None if parameter is None else parameter.detach()
    for key, buffer in part._buffers.items():
        if key not in part._non_persistent_buffers_set:
            yield key, buffer
