"""Whether data, network and objective fit one another."""

from __future__ import annotations

from hypertune.semantics.errors.network import InputMismatch, OutputMismatch
from hypertune.semantics.network.graph import Graph
from hypertune.semantics.scope.scope import Scope
from hypertune.semantics.sections.data import DataFacts
from hypertune.semantics.sections.objective import Goals
from hypertune.syntax import ast


def check_input(model: ast.Model, network: Graph, facts: DataFacts, scope: Scope) -> None:
    """The model must take what the source gives."""
    source = facts.source
    if source and source.shape and network.input and network.input != source.shape:
        finding = InputMismatch(
            model.shape.span, network.input, source.name, source.shape, facts.place
        )
        scope.findings.add(finding)


def check_output(network: Graph, facts: DataFacts, goals: Goals, scope: Scope) -> None:
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
