"""Whether data, network and objective fit one another."""

from __future__ import annotations

from collections.abc import Iterable

from hypertune import ir
from hypertune.catalogue import LayerType
from hypertune.diagnostics import Span
from hypertune.semantics.errors.data import DoesNotApply
from hypertune.semantics.errors.network import InputMismatch, OutputMismatch
from hypertune.semantics.errors.objective import NothingPenalised
from hypertune.semantics.network.graph import Graph
from hypertune.semantics.scope.scope import Scope
from hypertune.semantics.sections.data import DataFacts
from hypertune.semantics.sections.objective import Goals
from hypertune.syntax import ast


def check_fit(
    model: ast.Model, network: Graph, facts: DataFacts, goals: Iterable[Goals], scope: Scope
) -> None:
    """Hold the source against the model, and both against each objective."""
    _check_input(model, network, facts, scope)
    for each in goals:
        _check_output(network, facts, each, scope)
        _check_penalties(network, facts, each, scope)


def _check_input(model: ast.Model, network: Graph, facts: DataFacts, scope: Scope) -> None:
    """The model must take what the source gives."""
    source = facts.source
    if source and source.shape and network.input and network.input != source.shape:
        finding = InputMismatch(
            model.shape.span, network.input, source.name, source.shape, facts.place
        )
        scope.findings.add(finding)


def _check_output(network: Graph, facts: DataFacts, goals: Goals, scope: Scope) -> None:
    """The losses must be able to compare what the network gives with the targets."""
    source, output = facts.source, network.output
    if source is None or output.shape is None:
        return
    for loss in goals.losses:
        fits = loss.kind.targets != ("classes" if source.classes else "real")
        wanted = loss.kind.outputs(source)
        if not fits and output.shape not in wanted:
            finding = OutputMismatch(
                output.span, loss.kind.name, output.shape, wanted[0], source.name, loss.span
            )
            scope.findings.add(finding)
            return


def _check_penalties(network: Graph, facts: DataFacts, goals: Goals, scope: Scope) -> None:
    """Penalties must find the weights, or the derivatives, that they are on."""
    nodes = {node.name: node for node in network.layers}
    for penalty in goals.penalties:
        of, name = penalty.term.loss.args.get("of"), penalty.kind.name
        if penalty.kind.penalty == "weights" and isinstance(of, ir.Label):
            node = nodes.get(of.layer)
            kind = scope.knowledge.kinds(LayerType).get(node.kind) if node else None
            if not (node and kind and kind.is_penalised(node.args)):
                place = node.origin if node and isinstance(node.origin, Span) else penalty.span
                scope.findings.add(NothingPenalised(penalty.span, name, of.layer, place))
        if penalty.kind.penalty == "inputs" and facts.source and facts.source.sequence:
            why = "it differentiates by the inputs, and tokens have no derivative"
            advice = "`activation` and `temporal` penalise the output of a labelled layer"
            finding = DoesNotApply(penalty.span, name, facts.source.name, why, advice)
            scope.findings.add(finding)
