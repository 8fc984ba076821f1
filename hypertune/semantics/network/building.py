"""The pieces of a model, one after another, to the nodes of a graph."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import define, evolve, field

from hypertune.catalogue import MergeType
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.constants import count
from hypertune.semantics.declarations.given import resolve_given
from hypertune.semantics.errors.network import (
    BlockInsideItself,
    TooManyLayers,
    UnknownDevice,
)
from hypertune.semantics.network.nodes import Nodes, Surroundings
from hypertune.semantics.network.parameters import bind
from hypertune.semantics.scope.findings import Failed, attempt
from hypertune.semantics.scope.labels import Flow, Labels
from hypertune.semantics.scope.scope import Knowledge, Meaning, Piece, Scope, Unknown
from hypertune.syntax import ast

_MOST_LAYERS: Final = 20_000
_DEEPEST: Final = 50  # pieces inside one another
_DEVICE: Final = re.compile(r"auto|cpu|mps|cuda(:[0-9]{1,3})?")


def device_of(device: ast.Device | None, scope: Scope) -> str | None:
    """What stands after `on`; None if nothing does."""
    if device is None:
        return None
    if not _DEVICE.fullmatch(device.text):
        scope.findings.add(UnknownDevice(device.span, device.text))
    return device.text


@define
class GraphBuilder:
    """Follows the structure of a model; every method gives what leaves the piece handed to it."""

    knowledge: Knowledge
    nodes: Nodes
    used: set[str] = field(factory=set)  # the blocks that were
    _effort: int = 0

    def body(self, body: ast.Body, flow: Flow, around: Surroundings) -> Flow:
        for piece in body.pieces:
            self._count(piece.span)
            flow = self.piece(piece, flow, around)
        return flow

    def _count(self, span: Span) -> None:
        """Blocks and repeats inside one another can ask for more than anybody can wait for."""
        self._effort += 1
        if self._effort == _MOST_LAYERS + 1:
            self.knowledge.findings.add(
                TooManyLayers(span, _MOST_LAYERS, "layers, blocks and repeats")
            )
        if self._effort > _MOST_LAYERS:
            raise Failed

    def piece(self, piece: ast.Piece, flow: Flow, around: Surroundings) -> Flow:
        given = resolve_given(piece.given, around.scope)
        device = device_of(piece.device, around.scope)
        inner = evolve(
            around,
            given=around.given if given is None else given,
            device=around.device if device is None else device,
        )
        try:
            left = self._piece(piece, flow, inner)
        except Failed:  # what follows is read on, of a shape that is not known
            left = evolve(flow, shape=None)
        if piece.label:
            around.labels.make(piece.label, left)
        return left

    def _piece(self, piece: ast.Piece, flow: Flow, around: Surroundings) -> Flow:
        match piece:
            case ast.LayerStatement():
                name = piece.call.kind.text
                meaning = around.scope.find(name)
                if isinstance(meaning, Piece):
                    return self.block(piece, meaning.block, flow, around)
                if name in self.knowledge.kinds(MergeType):
                    return self.nodes.written_merge(piece, flow, around)
                return self.nodes.layer(piece, flow, around)
            case ast.Repeat():
                return self.repeat(piece, flow, around)
            case ast.Residual():
                return self.residual(piece, flow, around)
            case ast.Branch():
                return self.branch(piece, flow, around)

    def _opened(self, span: Span, what: str, around: Surroundings) -> Surroundings:
        """The surroundings inside a piece."""
        if len(around.inside) >= _DEEPEST:
            raise around.scope.fail(TooManyLayers(span, _DEEPEST, "inside one another"))
        return evolve(around, inside=(*around.inside, what))

    def repeat(self, piece: ast.Repeat, flow: Flow, around: Surroundings) -> Flow:
        times = attempt(count, piece.count, around.scope, "number of repetitions") or 1
        inner = self._opened(piece.span, "repeat", around)
        for _ in range(times):
            self._count(piece.span)
            flow = self.body(piece.body, flow, inner)
        return flow

    def residual(self, piece: ast.Residual, flow: Flow, around: Surroundings) -> Flow:
        """The sum of what a body makes of its input, and the input or what a shortcut makes."""
        span = piece.span.first(len("residual"))
        inner = self._opened(span, "residual", around)
        body = self.body(piece.body, flow, inner)
        short = self.body(piece.shortcut, flow, inner) if piece.shortcut else flow
        advice = "" if piece.shortcut else "write `shortcut { … }` after it, to reshape the input"
        call = ast.Call(span, ast.Name(span, "add"), ())
        return self.nodes.merge(call, (body, short), piece.label, around, advice)

    def branch(self, piece: ast.Branch, flow: Flow, around: Surroundings) -> Flow:
        """What several bodies make of one input, merged."""
        inner = self._opened(piece.mode.span, "branch", around)
        flows = [self.body(body, flow, inner) for body in piece.bodies]
        call = ast.Call(piece.mode.span, piece.mode, ())
        return self.nodes.merge(call, flows, piece.label, around)

    def block(
        self, piece: ast.LayerStatement, block: ast.Block, flow: Flow, around: Surroundings
    ) -> Flow:
        """The layers of a block in the place of its use, its parameters bound."""
        name = block.name.text
        self.used.add(name)
        if name in around.inside:
            raise around.scope.fail(BlockInsideItself(piece.call.kind.span, name))
        bound = bind(piece.call, block, around.scope)
        opened = self._opened(piece.span, name, around)
        return self._inlined(block, bound, flow, opened, piece.given, piece.device)

    def unused(self, block: ast.Block, around: Surroundings) -> None:
        """Read a block that is never used for the mistakes in it; of shapes nothing is known."""
        bound = {param.name.text: Unknown() for param in block.params}
        opened = evolve(around, inside=(block.name.text,))
        self._inlined(block, bound, Flow("input", None, block.name.span), opened)

    def _inlined(
        self,
        block: ast.Block,
        bound: Mapping[str, Meaning],
        flow: Flow,
        around: Surroundings,
        given: ast.Given | None = None,
        device: ast.Device | None = None,
    ) -> Flow:
        scope = Scope(self.knowledge, _outermost(around.scope))
        for param in block.params:
            scope.declare(param.name.text, bound[param.name.text], param.name.span)
        inner = evolve(around, scope=scope, labels=Labels.of(block.body, scope.findings))
        if block.given and not given:
            inner = evolve(inner, given=resolve_given(block.given, scope) or ())
        if block.device and not device:
            inner = evolve(inner, device=device_of(block.device, scope) or "")
        return self.body(block.body, flow, inner)


def _outermost(scope: Scope) -> Scope:
    """A block sees the whole spec, not what stands around its use."""
    while scope.outer:
        scope = scope.outer
    return scope
