"""`lower`: a placed program to a torch module that can be read in three ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar, cast

import torch
from attrs import frozen
from torch import Tensor, nn

from hypertune.catalogue import Catalogue, MergeType
from hypertune.ir import Label, Node, Program
from hypertune.lowering.passing import Passed, columns_of
from hypertune.response import Conditions, Layer, Merge

X = TypeVar("X")
Pair = tuple[Tensor, Tensor | None]  # a value and its change


@frozen
class Signal:
    """What a network hears of the hyperparameters; rows as in `Conditions`.

    Units: `own_BH` in own values, `response_BH` in free ones, None for silence.
    """

    own_BH: Tensor
    response_BH: Tensor | None = None


@frozen
class _Wiring:
    """What a node takes: its neighbours, its columns of the signal, its device."""

    inputs: tuple[str, ...]
    given: tuple[int, ...]
    values: Passed
    device: torch.device
    last_use: tuple[str, ...]  # outputs that nobody needs after this node

    def conditions(self, signal: Signal) -> Conditions:
        values = self.values(signal.own_BH)
        if signal.response_BH is None or not self.given:
            return Conditions(None, values)
        return Conditions(_columns(signal.response_BH, self.given), values)


class Network(nn.Module):
    """The layers of a program. `forward` gives readings 1 and 2, `linearised` reading 3.

    Parameter names are `layers.NAME.…`; those with `.response.` in them are response parameters.
    """

    def __init__(self, program: Program, catalogue: Catalogue) -> None:
        super().__init__()
        places, columns = program.columns, columns_of(program, catalogue)
        self.layers = nn.ModuleDict(
            {node.name: _built(node, catalogue, places) for node in program.layers}
        )
        for node in program.layers:
            owner = node.args.get("tied")
            if isinstance(owner, Label):
                self._layer(node.name).tie(self._layer(owner.layer))
        dying = _last_uses(program.layers)
        self._wirings = {
            node.name: _Wiring(
                inputs=node.inputs,
                given=tuple(place for name in node.given for place in places[name]),
                values=Passed(node.args, catalogue.node(node.kind).args, columns),
                device=torch.device(node.device or "cpu"),
                last_use=dying[node.name],
            )
            for node in program.layers
        }

    def _named(self) -> Iterator[tuple[str, Layer | Merge]]:
        return cast("Iterator[tuple[str, Layer | Merge]]", iter(self.layers.items()))

    def _layer(self, name: str) -> Layer:
        return cast("Layer", self.layers[name])

    def _weighted(self) -> Iterator[tuple[str, Layer]]:
        return ((name, node) for name, node in self._named() if isinstance(node, Layer))

    def load(self, weights: Mapping[str, Tensor]) -> None:
        """Take over weights by the names of the parameters, a shared one by its first."""
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                parameter.copy_(weights[name])

    def forward(self, x: Tensor, signal: Signal) -> Tensor:
        """The output; the weights answer to `signal.response_BH`."""

        def read(node: Layer | Merge, fed: list[Tensor], heard: Conditions) -> Tensor:
            y: Tensor = node(fed) if isinstance(node, Merge) else node(fed[0], heard)
            return y

        return self._walk(x, signal, read, lambda x, device: x.to(device))

    def linearised(self, x: Tensor, signal: Signal) -> Pair:
        """Output at the base weights, and its first-order change by the response."""

        def read(node: Layer | Merge, fed: list[Pair], heard: Conditions) -> Pair:
            if isinstance(node, Merge):
                return node.linearised([x for x, _ in fed], [change for _, change in fed])
            return node.linearised(*fed[0], heard)

        def move(x: Pair, device: torch.device) -> Pair:
            return x[0].to(device), None if x[1] is None else x[1].to(device)

        start: Pair = (x, None)
        return self._walk(start, signal, read, move)

    def _walk(
        self,
        x: X,
        signal: Signal,
        read: Callable[[Layer | Merge, list[X], Conditions], X],
        move: Callable[[X, torch.device], X],
    ) -> X:
        outputs = {"input": x}
        signals: dict[torch.device, Signal] = {}
        for name, node in self._named():
            wiring = self._wirings[name]
            if wiring.device not in signals:
                signals[wiring.device] = _sent(signal, wiring.device)
            heard = wiring.conditions(signals[wiring.device])
            fed = [move(outputs[source], wiring.device) for source in wiring.inputs]
            x = read(node, fed, heard)
            outputs[name] = x
            for dead in wiring.last_use:
                del outputs[dead]
        return x

    def squares(self, signal: Signal) -> Tensor:
        """Sum of all squared effective weights, (B,) or (1,)."""
        return self._total(signal, lambda layer, heard: layer.squares(heard))

    def absolutes(self, signal: Signal) -> Tensor:
        """Sum of all absolute effective weights, (B,) or (1,)."""
        return self._total(signal, lambda layer, heard: layer.absolutes(heard))

    def _total(self, signal: Signal, norm: Callable[[Layer, Conditions], Tensor | None]) -> Tensor:
        total = signal.own_BH.new_zeros(1)
        for name, layer in self._weighted():
            wiring = self._wirings[name]
            part = norm(layer, wiring.conditions(_sent(signal, wiring.device)))
            if part is not None:
                total = total + part.to(total.device)
        return total

    @torch.no_grad()
    def folded(self, response_H: Tensor | None) -> dict[str, Tensor]:
        """Weights of the plain network that computes the same at a fixed response."""
        plain = {}
        for name, layer in self._weighted():
            given = self._wirings[name].given
            delta = None if response_H is None or not given else response_H[list(given)]
            for key, value in layer.folded(delta).items():
                plain[f"{name}.{key}"] = value
        return plain


def _built(node: Node, catalogue: Catalogue, places: Mapping[str, range]) -> Layer | Merge:
    kind = catalogue.node(node.kind)
    if isinstance(kind, MergeType):
        merge: Merge = kind.build(node.args)
        return merge
    given = sum(len(places[name]) for name in node.given)
    layer: Layer = kind.build(node.args, node.shapes[0], given)
    return layer


def lower(program: Program, catalogue: Catalogue, on_meta: bool = False) -> Network:
    """Build the modules of a placed program, each on its device.

    Weights are drawn on the CPU, from torch's generator, so that placement does not change them.
    With `on_meta` nothing is drawn and nothing takes memory.
    """
    if on_meta:
        with torch.device("meta"):
            return Network(program, catalogue)
    network = Network(program, catalogue)
    for node in program.layers:
        network.layers[node.name].to(node.device or "cpu")
    return network


def _sent(signal: Signal, device: torch.device) -> Signal:
    response = signal.response_BH
    return Signal(signal.own_BH.to(device), None if response is None else response.to(device))


def _columns(x_BH: Tensor, columns: tuple[int, ...]) -> Tensor:
    """The columns, as a view where they are neighbours."""
    first, last = columns[0], columns[-1]
    if columns == tuple(range(first, last + 1)):
        return x_BH[:, first : last + 1]
    return torch.stack([x_BH[:, i] for i in columns], 1)


def _last_uses(nodes: tuple[Node, ...]) -> dict[str, tuple[str, ...]]:
    last = {source: node.name for node in nodes for source in node.inputs}
    dying: dict[str, tuple[str, ...]] = {node.name: () for node in nodes}
    for source, user in last.items():
        dying[user] += (source,)
    return dying
