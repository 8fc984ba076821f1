"""`lower`: a placed program to a torch module that can be read in three ways."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import TypeVar, cast

import torch
from attrs import evolve, frozen
from torch import Tensor, nn

from hypertune.catalogue import Catalogue, MergeType
from hypertune.conditioning import Conditioning, Values, columns_of
from hypertune.ir import Label, Node, Program
from hypertune.lowering.arguments import Arguments, words_of
from hypertune.response import Layer, Merge
from hypertune.response.parameters import has_response

X = TypeVar("X")
Pair = tuple[Tensor, Tensor | None]  # a value and its tangent
Taps = frozenset[str]


@frozen
class _Wiring:
    """What a node takes: its neighbours, its columns of the response, its device."""

    inputs: tuple[tuple[str, bool], ...]  # and whether they may come from another device
    given: tuple[int, ...]
    arguments: Arguments
    device: torch.device
    last_use: tuple[str, ...]  # outputs that nobody needs after this node

    def conditioning(self, whole: Conditioning) -> Conditioning:
        """That of this node alone."""
        response_BG, rows = whole.response_BG if self.given else None, whole.rows
        if response_BG is not None:
            response_BG = columns_of(response_BG, self.given)
        elif rows is None and not self.arguments:
            return _NOTHING
        return Conditioning(self.arguments(whole.values), response_BG, rows=rows)


_NOTHING = Conditioning()


class Network(nn.Module):
    """The layers of a program. `forward` gives readings 1 and 2, `linearised` reading 3.

    Each gives the output and the outputs of the nodes in `taps`, by name. Parameter names are
    `layers.NAME.…`.
    """

    def __init__(self, program: Program, catalogue: Catalogue, taps: Taps = frozenset()) -> None:
        super().__init__()
        places, words = program.columns, words_of(program, catalogue)
        self.layers = nn.ModuleDict(
            {node.name: _built(node, catalogue, places) for node in program.layers}
        )
        for node in program.layers:
            owner = node.args.get("tied")
            if isinstance(owner, Label):
                self._layer(node.name).tie(self._layer(owner.layer))
        self._with_weights = [(name, node) for name, node in self._weighted() if _has_any(node)]
        last = _last_uses(program.layers)
        self._taps = taps
        device_of = {node.name: node.device for node in program.layers}
        self._wirings = {
            node.name: _Wiring(
                inputs=tuple((n, device_of.get(n) != node.device) for n in node.inputs),
                given=_given(node, places) if has_response(self.layers[node.name]) else (),
                arguments=Arguments(node.args, catalogue.node(node.kind).args, words),
                device=torch.device(node.device or "cpu"),
                last_use=tuple(name for name in last[node.name] if name not in taps),
            )
            for node in program.layers
        }

    def _named(self) -> Iterator[tuple[str, Layer | Merge]]:
        return cast("Iterator[tuple[str, Layer | Merge]]", iter(self.layers.items()))

    def _layer(self, name: str) -> Layer:
        return cast("Layer", self.layers[name])

    def _weighted(self) -> Iterator[tuple[str, Layer]]:
        return ((name, node) for name, node in self._named() if isinstance(node, Layer))

    def forward(
        self, x: Tensor, conditioning: Conditioning
    ) -> tuple[Tensor, Mapping[str, Tensor]]:
        """The output; the weights respond to `conditioning.response_BG`."""

        def read(node: Layer | Merge, fed: list[Tensor], its: Conditioning) -> Tensor:
            y: Tensor = node(fed) if isinstance(node, Merge) else node(fed[0], its)
            return y

        return self._walk(x, conditioning, read, lambda x, device: x.to(device))

    def linearised(self, x: Tensor, conditioning: Conditioning) -> tuple[Pair, Mapping[str, Pair]]:
        """Output at the base weights, and its tangent by the response."""

        def read(node: Layer | Merge, fed: list[Pair], its: Conditioning) -> Pair:
            if isinstance(node, Merge):
                return node.linearised([x for x, _ in fed], [dx for _, dx in fed])
            return node.linearised(*fed[0], its)

        def move(x: Pair, device: torch.device) -> Pair:
            return x[0].to(device), None if x[1] is None else x[1].to(device)

        start: Pair = (x, None)
        return self._walk(start, conditioning, read, move)

    def _walk(
        self,
        x: X,
        conditioning: Conditioning,
        read: Callable[[Layer | Merge, list[X], Conditioning], X],
        move: Callable[[X, torch.device], X],
    ) -> tuple[X, Mapping[str, X]]:
        outputs = {"input": x}
        sent: dict[torch.device, Conditioning] = {}
        for name, node in self._named():
            wiring = self._wirings[name]
            if wiring.device not in sent:
                sent[wiring.device] = _sent(conditioning, wiring.device)
            its = wiring.conditioning(sent[wiring.device])
            fed = [
                move(outputs[source], wiring.device) if moves else outputs[source]
                for source, moves in wiring.inputs
            ]
            x = read(node, fed, its)
            outputs[name] = x
            for unneeded in wiring.last_use:
                del outputs[unneeded]
        return x, {name: outputs[name] for name in self._taps}

    def squares(self, conditioning: Conditioning, of: str = "") -> Tensor:
        """Sum of the squared effective weights, (B,) or (1,), of one layer or of all."""
        return self._total(conditioning, of, lambda layer, its: layer.squares(its))

    def absolutes(self, conditioning: Conditioning, of: str = "") -> Tensor:
        """Sum of the absolute effective weights, (B,) or (1,), of one layer or of all."""
        return self._total(conditioning, of, lambda layer, its: layer.absolutes(its))

    def _total(
        self,
        conditioning: Conditioning,
        of: str,
        norm: Callable[[Layer, Conditioning], Tensor | None],
    ) -> Tensor:
        total: Tensor | None = None
        for layer, its in self._conditioned(conditioning, of):
            part = norm(layer, its)
            if part is not None:
                total = part if total is None else total + part.to(total.device)
        return torch.zeros(1) if total is None else total

    def row_squares(self, conditioning: Conditioning, of: str = "") -> list[Tensor]:
        """Squared norms of the rows of each effective weight, (B, O) or (1, O)."""
        conditioned = self._conditioned(conditioning, of)
        return [rows for layer, its in conditioned for rows in layer.row_squares(its)]

    def _conditioned(
        self, conditioning: Conditioning, of: str
    ) -> Iterator[tuple[Layer, Conditioning]]:
        """One layer or all that have weights, each with what it is conditioned on."""
        for name, layer in self._with_weights:
            if of in ("", name):
                wiring = self._wirings[name]
                yield layer, wiring.conditioning(_sent(conditioning, wiring.device))

    def penalised(self, of: str = "") -> list[Tensor]:
        """The base weights that penalties are on, each once, of one layer or of all."""
        layers = (layer for name, layer in self._weighted() if of in ("", name))
        return [weight for layer in layers for weight in layer.penalised()]

    def places(self, of: str) -> slice:
        """Where the weights of a layer stand among all that penalties are on."""
        ends = list(accumulate(self._sizes().values(), initial=0))
        place = list(self._sizes()).index(of)
        return slice(ends[place], ends[place + 1])

    def _sizes(self) -> dict[str, int]:
        """How many weights of each layer penalties are on."""
        weighted = self._weighted()
        return {name: sum(w.numel() for w in layer.penalised()) for name, layer in weighted}

    @torch.no_grad()
    def folded(self, response_H: Tensor | None) -> dict[str, Tensor]:
        """Weights of the plain network that computes the same at a fixed response."""
        plain = {}
        for name, layer in self._weighted():
            given = self._wirings[name].given
            response = None if response_H is None or not given else response_H[list(given)]
            for key, value in layer.folded(response).items():
                plain[f"{name}.{key}"] = value
        return plain


def _given(node: Node, places: Mapping[str, range]) -> tuple[int, ...]:
    """The columns that a layer is given."""
    return tuple(place for name in node.given for place in places.get(name, ()))


def _built(node: Node, catalogue: Catalogue, places: Mapping[str, range]) -> Layer | Merge:
    kind = catalogue.node(node.kind)
    if isinstance(kind, MergeType):
        merge: Merge = kind.build(node.args)
        return merge
    given = sum(len(places.get(name, ())) for name in node.given)
    layer: Layer = kind.build(node.args, node.shapes[0], given)
    return layer


def _has_any(layer: Layer) -> bool:
    """Whether there are weights, which norms are of."""
    return any(True for _ in layer.parameters())


def lower(
    program: Program, catalogue: Catalogue, on_meta: bool = False, taps: Taps = frozenset()
) -> Network:
    """Build the modules of a placed program, each on its device.

    Weights are drawn on the CPU, from torch's generator, so that placement does not change them.
    With `on_meta` nothing is drawn and nothing takes memory.
    """
    if on_meta:
        with torch.device("meta"):
            return Network(program, catalogue, taps)
    network = Network(program, catalogue, taps)
    for node in program.layers:
        network.layers[node.name].to(node.device or "cpu")
    return network


def _sent(conditioning: Conditioning, device: torch.device) -> Conditioning:
    values, response_BG = conditioning.values, conditioning.response_BG
    if isinstance(values, Values) and values.matrix_BC.device == device:
        return conditioning
    if isinstance(values, Values):
        values = values.to(device)
    response_BG = None if response_BG is None else response_BG.to(device)
    return evolve(conditioning, values=values, response_BG=response_BG)


def _last_uses(nodes: tuple[Node, ...]) -> dict[str, tuple[str, ...]]:
    """The outputs that nobody needs after each node."""
    last = {source: node.name for node in nodes for source in node.inputs}
    unneeded: dict[str, tuple[str, ...]] = {node.name: () for node in nodes}
    for source, user in last.items():
        unneeded[user] += (source,)
    return unneeded
