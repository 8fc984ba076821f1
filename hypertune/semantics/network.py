"""`model`: layer after layer to the nodes of a graph, every shape inferred."""

from __future__ import annotations

import re
from math import prod
from typing import Final

from attrs import define, evolve, field, frozen

from hypertune import ir
from hypertune.catalogue import LayerType, WrongShape
from hypertune.diagnostics import Span
from hypertune.semantics.arguments import look_up, settle_args
from hypertune.semantics.constants import evaluate
from hypertune.semantics.errors.conditioning import CannotRespond
from hypertune.semantics.errors.names import DeclaredTwice, ReservedName
from hypertune.semantics.errors.network import (
    BlockInsideItself,
    NoLayers,
    NotACount,
    NotADimension,
    TooManyLayers,
    UnfitShape,
    UnknownDevice,
    WrongRank,
)
from hypertune.semantics.errors.statements import NotYet
from hypertune.semantics.given import resolve_given
from hypertune.semantics.naming import NodeNames, labels
from hypertune.semantics.parameters import bind
from hypertune.semantics.scope import Constant, Failed, Knowledge, Piece, Scope
from hypertune.semantics.sizing import output_shape
from hypertune.syntax import ast

_MOST_LAYERS: Final = 20_000
_DEEPEST: Final = 50  # blocks and repeats inside one another
_DEVICE: Final = re.compile(r"auto|cpu|mps|cuda(:[0-9]{1,3})?")


@frozen
class Flow:
    """What leaves a node: its name, its shape (None after a mistake), where it was written."""

    node: str
    shape: ir.Shape | None
    span: Span


@frozen
class Surroundings:
    """What a piece of network takes over from what stands around it."""

    scope: Scope
    given: tuple[str, ...] = ()
    device: str = ""
    inside: tuple[str, ...] = ()  # the blocks and repeats that are open


@frozen
class Network:
    """The nodes in the order of evaluation, and what leaves the last."""

    input: ir.Shape
    layers: tuple[ir.Layer, ...]
    output: Flow
    whole: bool  # whether it was built without a mistake


def build_network(model: ast.Model, scope: Scope) -> Network:
    """The graph of a model. Where its mistakes leave a shape unknown, the last flow has none."""
    before = len(scope.findings.mistakes)
    shape = _input_shape(model.shape, scope)
    given = resolve_given(model.given, scope) or ()
    around = Surroundings(scope, given, _device(model.device, scope) or "")
    builder = _Builder(scope.knowledge, NodeNames(frozenset(labels(model.body))))
    output = builder.body(model.body, Flow("input", shape, model.shape.span), around)
    if not model.body.pieces:
        scope.findings.add(NoLayers(model.body.span))
        output = evolve(output, shape=None)
    whole = len(scope.findings.mistakes) == before
    return Network(shape or (), tuple(builder.layers), output, whole)


def _input_shape(written: ast.Tuple, scope: Scope) -> ir.Shape | None:
    sizes: list[int] = []
    for item in written.items:
        size = evaluate(item.value, scope)
        if isinstance(size, int) and not isinstance(size, bool) and size > 0:
            sizes.append(size)
        elif not isinstance(size, Failed):
            scope.findings.add(NotADimension(item.value.span))
    return tuple(sizes) if sizes and len(sizes) == len(written.items) else None


def _device(device: ast.Device | None, scope: Scope) -> str | None:
    if device is None:
        return None
    if not _DEVICE.fullmatch(device.text):
        scope.findings.add(UnknownDevice(device.span, device.text))
    return device.text


@define
class _Builder:
    """Nodes as they are made. Every method gives what leaves the piece that it was handed."""

    knowledge: Knowledge
    names: NodeNames
    layers: list[ir.Layer] = field(factory=list)
    _effort: int = 0
    _labelled: dict[str, Span] = field(factory=dict)

    def body(self, body: ast.Body, flow: Flow, around: Surroundings) -> Flow:
        for piece in body.pieces:
            if self._exhausted(piece.span):
                return evolve(flow, shape=None)
            flow = self.piece(piece, flow, around)
        return flow

    def _exhausted(self, span: Span) -> bool:
        """Blocks and repeats inside one another can ask for more than anybody can wait for."""
        self._effort += 1
        if self._effort == _MOST_LAYERS + 1:
            self.knowledge.findings.add(TooManyLayers(span, _MOST_LAYERS))
        return self._effort > _MOST_LAYERS

    def piece(self, piece: ast.Piece, flow: Flow, around: Surroundings) -> Flow:
        given = resolve_given(piece.given, around.scope)
        device = _device(piece.device, around.scope)
        inner = evolve(
            around,
            given=around.given if given is None else given,
            device=around.device if device is None else device,
        )
        self._check_label(piece.label)
        match piece:
            case ast.Layer():
                meaning = around.scope.find(piece.call.kind.text)
                if isinstance(meaning, Piece):
                    return self.block(piece, meaning.block, flow, inner)
                return self.layer(piece, flow, inner)
            case ast.Repeat():
                return self.repeat(piece, flow, inner)
            case ast.Residual():
                self.knowledge.findings.add(NotYet(piece.span, "`residual`"))
            case ast.Branch():
                self.knowledge.findings.add(NotYet(piece.span, "`branch`"))
        return evolve(flow, shape=None)

    def _check_label(self, label: ast.Name | None) -> None:
        if label is None:
            return
        first = self._labelled.setdefault(label.text, label.span)
        if label.text == "input":
            why = "what enters the model"
            self.knowledge.findings.add(ReservedName(label.span, label.text, why))
        elif first != label.span:
            self.knowledge.findings.add(DeclaredTwice(label.span, label.text, first))

    def repeat(self, piece: ast.Repeat, flow: Flow, around: Surroundings) -> Flow:
        count = evaluate(piece.count, around.scope)
        if isinstance(count, Failed):
            count = 1
        elif not isinstance(count, int) or isinstance(count, bool) or count < 1:
            self.knowledge.findings.add(NotACount(piece.count.span))
            count = 1
        if self._too_deep(piece.span, around):
            return evolve(flow, shape=None)
        inner = evolve(around, inside=(*around.inside, "repeat"))
        for _ in range(count):
            if self._exhausted(piece.span):
                return evolve(flow, shape=None)
            flow = self.body(piece.body, flow, inner)
        return flow

    def _too_deep(self, span: Span, around: Surroundings) -> bool:
        deep = len(around.inside) >= _DEEPEST
        if deep:
            self.knowledge.findings.add(TooManyLayers(span, _DEEPEST, "inside one another"))
        return deep

    def block(self, piece: ast.Layer, block: ast.Block, flow: Flow, around: Surroundings) -> Flow:
        """The layers of a block in the place of its use, its parameters bound."""
        name = block.name.text
        if name in around.inside:
            self.knowledge.findings.add(BlockInsideItself(piece.call.kind.span, name))
            return evolve(flow, shape=None)
        bound = bind(piece.call, block, around.scope)
        if bound is None or self._too_deep(piece.span, around):
            return evolve(flow, shape=None)
        scope = Scope(self.knowledge, _outermost(around.scope))
        for param in block.params:
            scope.declare(param.name.text, Constant(bound[param.name.text]), param.name.span)
        inner = evolve(around, scope=scope, inside=(*around.inside, name))
        if block.given and not piece.given:
            inner = evolve(inner, given=resolve_given(block.given, scope) or ())
        if block.device and not piece.device:
            inner = evolve(inner, device=_device(block.device, scope) or "")
        return self.body(block.body, flow, inner)

    def layer(self, piece: ast.Layer, flow: Flow, around: Surroundings) -> Flow:
        call, span = piece.call, piece.call.kind.span
        kind = look_up(call.kind, LayerType, around.scope)
        if kind is None:
            return Flow(flow.node, None, span)
        args = settle_args(call, kind, around.scope)
        given = self._conditioning(piece, kind, around)
        fed = self._repaired(kind, flow, span)
        output = None if args is None or fed is None else self._output(kind, args, fed, flow, span)
        label = piece.label
        name = self.names.label(label.text) if label else self.names.number(kind.name)
        if args is None or fed is None or output is None:
            return Flow(name, None, span)
        self.layers.append(
            ir.Layer(
                name=name,
                kind=kind.name,
                args=args,
                given=given,
                inputs=(flow.node,),
                shapes=(fed,),
                output=output,
                device=around.device,
                origin=span,
            )
        )
        return Flow(name, output, span)

    def _conditioning(
        self, piece: ast.Layer, kind: LayerType, around: Surroundings
    ) -> tuple[str, ...]:
        if kind.responds:
            return around.given
        if piece.given and around.given:
            self.knowledge.findings.add(CannotRespond(piece.given.span, kind.name))
        return ()

    def _repaired(self, kind: LayerType, flow: Flow, span: Span) -> ir.Shape | None:
        """The shape that feeds a layer; where the rank is wrong, as if it were flattened."""
        shape = flow.shape
        if shape is None or not kind.ranks or len(shape) in kind.ranks:
            return shape
        findings = self.knowledge.findings
        findings.add(WrongRank(span, kind.name, kind.ranks, shape, flow.span))
        return (prod(shape),) if 1 in kind.ranks else None

    def _output(
        self, kind: LayerType, args: dict[str, ir.Value], fed: ir.Shape, flow: Flow, span: Span
    ) -> ir.Shape | None:
        try:
            return output_shape(kind, args, fed)
        except WrongShape as wrong:
            why = str(wrong)
            finding = UnfitShape(span, kind.name, why, wrong.advice, fed, flow.span)
            self.knowledge.findings.add(finding)
            return None


def _outermost(scope: Scope) -> Scope:
    """A block sees the whole spec, not what stands around its use."""
    while scope.outer:
        scope = scope.outer
    return scope
