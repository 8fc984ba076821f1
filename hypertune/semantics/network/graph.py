"""`model`: layer after layer to the nodes of a graph, every shape inferred."""

from __future__ import annotations

from attrs import evolve, frozen

from hypertune import ir
from hypertune.semantics.arguments.constants import count
from hypertune.semantics.declarations.given import resolve_given
from hypertune.semantics.errors.network import NoLayers
from hypertune.semantics.network.building import GraphBuilder, device_of
from hypertune.semantics.network.naming import NodeNames
from hypertune.semantics.network.nodes import Nodes, Surroundings
from hypertune.semantics.scope.findings import Failed, attempt, every
from hypertune.semantics.scope.labels import Flow, Labels, labels
from hypertune.semantics.scope.scope import Piece, Scope
from hypertune.syntax import ast


@frozen
class Graph:
    """The nodes in the order of evaluation, and what leaves the last."""

    input: ir.Shape
    layers: tuple[ir.Node, ...]
    output: Flow
    labels: Labels  # of its own, not those inside blocks
    whole: bool  # whether it was built without a mistake


def build_network(model: ast.Model, scope: Scope, tokens: bool | None = False) -> Graph:
    """The graph of a model. Where its mistakes leave a shape unknown, the last flow has none.

    `tokens` tells whether its input are tokens; None if that is not known.
    """
    before = len(scope.findings.mistakes)
    given = resolve_given(model.given, scope) or ()
    flow = Flow("input", attempt(_input_shape, model.shape, scope), model.shape.span)
    named = Labels.of(model.body, scope.findings)
    named.enter(flow)
    reserved = frozenset(label.text for label in labels(model.body))
    builder = GraphBuilder(scope.knowledge, Nodes(scope.knowledge, NodeNames(reserved), tokens))
    around = Surroundings(scope, named, given, device_of(model.device, scope) or "")
    output = attempt(builder.body, model.body, flow, around)
    output = output or evolve(flow, shape=None)
    # A wrong declaration is reported there: it shows here only as a shape that is missing.
    whole = len(scope.findings.mistakes) == before and output.shape is not None
    if not model.body.pieces or (whole and not builder.nodes.made):
        scope.findings.add(NoLayers(model.body.span))
        output = evolve(output, shape=None)
    _read_unused(builder, around)
    return Graph(flow.shape or (), tuple(builder.nodes.made.values()), output, named, whole)


def _read_unused(builder: GraphBuilder, around: Surroundings) -> None:
    """Look for mistakes in blocks that are never used; what they would tune counts for nothing."""
    knowledge, scope = around.scope.knowledge, around.scope
    uses = dict(knowledge.uses)
    for name in scope.names_of(Piece):
        meaning = scope.find(name)
        if isinstance(meaning, Piece) and name not in builder.used:
            attempt(builder.unused, meaning.block, around)
    knowledge.uses = uses


def _input_shape(written: ast.Tuple, scope: Scope) -> ir.Shape:
    sizes = every(lambda item: count(item.value, scope, "size of an axis"), written.items)
    if not sizes:
        raise Failed
    return tuple(sizes)
