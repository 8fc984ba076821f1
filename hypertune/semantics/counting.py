"""How many hyperparameters there are where there is one for each weight or example."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod

from attrs import evolve

from hypertune import ir
from hypertune.catalogue import LayerType, parts_of
from hypertune.semantics.errors.arguments import WrongLength
from hypertune.semantics.errors.hypers import NotAStart
from hypertune.semantics.network.graph import Graph
from hypertune.semantics.scope.scope import Knowledge
from hypertune.semantics.sections.data import DataFacts


def count_entries(knowledge: Knowledge, network: Graph | None, facts: DataFacts | None) -> None:
    """Note how many there are, as far as that is known, and hold the starts against it."""
    counts = {
        "weight": _weights(network, knowledge) if network and network.whole else None,
        "example": _examples(facts) if facts else None,
    }
    for name, declared in knowledge.hypers.items():
        hyper = declared.hyper
        if not hyper.over:
            continue
        entries = counts[hyper.over]
        knowledge.hypers[name] = evolve(declared, hyper=evolve(hyper, entries=entries))
        if not isinstance(hyper.start, tuple) or len(hyper.start) == entries:
            continue
        if entries is not None:
            count = len(hyper.start)
            wrong = WrongLength(declared.start, name, "initial value", entries, count)
            knowledge.findings.add(wrong)
        elif not knowledge.findings.mistakes:  # of which one may be why it is not known
            knowledge.findings.add(NotAStart(declared.start, "a tuple", "a number"))


def _weights(network: Graph, knowledge: Knowledge) -> int | None:
    return penalised_weights(network.layers, knowledge.kinds(LayerType))


def penalised_weights(nodes: Iterable[ir.Node], kinds: Mapping[str, LayerType]) -> int | None:
    """How many weights penalties are on; None where a kind does not tell the shape of its own."""
    found = 0
    for node in nodes:
        kind = kinds.get(node.kind)
        if kind is None or not kind.is_penalised(node.args):
            continue
        if kind.weight is None:
            return None
        found += prod(kind.weight(node.args, node.shapes[0]))
    return found


def _examples(facts: DataFacts) -> int | None:
    """Those of the training part."""
    if not (facts.source and facts.data):
        return None
    try:
        return parts_of(facts.source.sizes, facts.data.split).get("train")
    except ValueError:  # there are not so many, which is told where the split is read
        return None
