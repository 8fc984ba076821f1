"""The nodes of a network: layers, and merges of what several of them give."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from attrs import define, field, frozen

from hypertune import ir
from hypertune.catalogue import LayerType, MergeType, WrongShape
from hypertune.diagnostics import Span
from hypertune.semantics.arguments.calls import look_up, settle_args
from hypertune.semantics.errors.conditioning import CannotRespond
from hypertune.semantics.errors.labels import LabelWanted, UnfitMerge
from hypertune.semantics.errors.network import UnfitShape, WrongReading
from hypertune.semantics.network.naming import NodeNames
from hypertune.semantics.network.sizes import output_shape, tie
from hypertune.semantics.scope.findings import Failed, attempt, every
from hypertune.semantics.scope.labels import Flow, Labels, named
from hypertune.semantics.scope.scope import Knowledge, Scope
from hypertune.syntax import ast


@frozen
class Surroundings:
    """What a piece of network takes over from what stands around it."""

    scope: Scope
    labels: Labels
    given: tuple[str, ...] = ()
    device: str = ""
    inside: tuple[str, ...] = ()  # the blocks and other pieces that are open


@define
class Nodes:
    """Nodes as they are made, in the order of evaluation; each method gives what leaves one."""

    knowledge: Knowledge
    names: NodeNames
    tokens: bool | None = False  # whether these are the input; None: not known
    made: dict[str, ir.Node] = field(factory=dict)

    def layer(self, piece: ast.LayerStatement, flow: Flow, around: Surroundings) -> Flow:
        call, span = piece.call, piece.call.kind.span
        kind = look_up(call.kind, LayerType, around.scope)
        args = attempt(settle_args, call, kind, around.scope, around.labels)
        tied = args is not None and args.get("tied") is not None
        responds = kind.responds and not tied
        if not responds:
            self._refuse_given(piece, around, tied)
        self._check_reading(kind.name, bool(kind.tokens), flow, span)
        fed = self._repaired(kind, flow, span)
        if args is None or fed is None:
            raise Failed
        output = self._output(kind, args, fed, flow, span)
        name = self.names.of(kind.name, piece.label)
        if tied:
            args = tie(call, kind, args, fed, self.made, self.knowledge)
        given, inputs = around.given if responds else (), (flow.node,)
        self.made[name] = ir.Node(
            name, kind.name, args, given, inputs, (fed,), output, around.device, span
        )
        return Flow(name, output, span)

    def _refuse_given(
        self, piece: ast.LayerStatement, around: Surroundings, tied: bool = False
    ) -> None:
        """Tell of a node without weights that it cannot respond, if that is asked of it."""
        if piece.given and around.given:
            finding = CannotRespond(piece.given.span, piece.call.kind.text, tied)
            self.knowledge.findings.add(finding)

    def _repaired(self, kind: LayerType, flow: Flow, span: Span) -> ir.Shape | None:
        """The shape that feeds a layer; where the rank is wrong, as if it were flattened."""
        shape = flow.shape
        if shape is None or not kind.ranks or len(shape) in kind.ranks:
            return shape
        ranks, flat = " or ".join(map(str, kind.ranks)), 1 in kind.ranks
        why, advice = f"it takes shapes of rank {ranks}", "put `flatten` before it" if flat else ""
        self.knowledge.findings.add(UnfitShape(span, kind.name, why, advice, shape, flow.span))
        return (prod(shape),) if flat else None

    def _check_reading(self, name: str, reads: bool, flow: Flow, span: Span) -> None:
        """Tokens must be read as tokens, numbers as numbers."""
        tokens = self.tokens if flow.node == "input" else False
        known = flow.shape is not None and tokens is not None  # of what went wrong above, nothing
        if known and tokens != reads:
            self.knowledge.findings.add(WrongReading(span, name, reads, flow.span))

    def _output(
        self, kind: LayerType, args: dict[str, ir.Value], fed: ir.Shape, flow: Flow, span: Span
    ) -> ir.Shape:
        try:
            return output_shape(kind, args, fed)
        except WrongShape as wrong:
            finding = UnfitShape(span, kind.name, str(wrong), wrong.advice, fed, flow.span)
            raise self.knowledge.findings.fail(finding) from None

    def written_merge(self, piece: ast.LayerStatement, flow: Flow, around: Surroundings) -> Flow:
        """`add(early)`: what comes from above, and what a label stands for."""
        call = piece.call
        self._refuse_given(piece, around)
        found = _labelled(call, around.labels)
        options = tuple(arg for arg in call.args if arg.name)
        named = ast.Call(call.span, call.kind, options)
        return self.merge(named, (flow, *found), piece.label, around)

    def merge(
        self,
        call: ast.Call,
        flows: Sequence[Flow],
        label: ast.Name | None,
        around: Surroundings,
        advice: str = "",
    ) -> Flow:
        """One node of several flows; `call` has the options of the merge, if any."""
        span = call.kind.span
        kind = self.knowledge.kinds(MergeType)[call.kind.text]
        args = settle_args(call, kind, around.scope)
        for flow in flows:
            self._check_reading(kind.name, False, flow, span)
        shapes = tuple(flow.shape for flow in flows if flow.shape is not None)
        if len(shapes) < len(flows):
            raise Failed
        name = self.names.of(kind.name, label)
        try:
            output = kind.output(args, shapes)
        except WrongShape as wrong:
            feeders = tuple((f.shape, f.span) for f in flows if f.shape is not None)
            advice = advice or wrong.advice
            self.knowledge.findings.add(UnfitMerge(span, span.text, str(wrong), advice, feeders))
            return Flow(name, shapes[0], span)  # as if the others were like the first
        inputs = tuple(flow.node for flow in flows)
        self.made[name] = ir.Node(
            name, kind.name, args, (), inputs, shapes, output, around.device, span
        )
        return Flow(name, output, span)


def _labelled(call: ast.Call, labels: Labels) -> list[Flow]:
    """What the labels in a call stand for."""
    name, written = call.kind.text, [arg.value for arg in call.args if arg.name is None]

    def one(value: ast.Expr) -> Flow:
        if isinstance(value, ast.Name):
            return labels.find(value)
        raise labels.findings.fail(LabelWanted(value.span, name, f"{name}({{}})", named(value)))

    if not written:
        raise labels.findings.fail(LabelWanted(call.kind.span, name, f"{name}({{}})"))
    return every(one, written)
