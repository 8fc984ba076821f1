"""The model of a spec, from the nodes of a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import frozen

from hypertune.emitting.spec_text.values import named
from hypertune.ir import Node, Program, labels_in

_MODES = ("add", "concat", "mean", "mul")  # what a branch can do, whatever merges a catalogue has


def model(program: Program) -> list[str]:
    """The lines of `model`, each layer with all that is settled of it."""
    shape = ", ".join(map(str, program.input)) + "," * (len(program.input) == 1)
    graph = _Graph(
        program.layers,
        {node.name: i for i, node in enumerate(program.layers)} | {"input": -1},
    )
    whole = _Body(0, len(program.layers), -1)
    objective = (*program.objective.train, *program.objective.valid)
    read = {name for term in objective for name in labels_in(term.loss.args)}
    mentioned = read | set(graph.mentioned(whole)) - {"input"}
    labels = _labels(program.layers, mentioned)
    lines = graph.lines(whole, labels)
    return [f"model ({shape}) {{", *(f"  {line}" for line in lines), "}"]


@frozen
class _Body:
    """A run of nodes, and the place of the one that feeds the first of them."""

    start: int
    end: int
    source: int


@frozen
class _Graph:
    """Nodes in order, and their places in it."""

    nodes: Sequence[Node]
    places: dict[str, int]

    def lines(self, body: _Body, labels: frozenset[str]) -> Iterator[str]:
        """The text of a body; `labels` are the names that must be written."""
        for node, bodies in self._pieces(body):
            if not bodies:
                yield _piece(node) + _suffix(node, labels)
                continue
            for number, inner in enumerate(bodies):
                yield "} {" if number else f"branch {node.kind} {{"
                yield from (f"  {line}" for line in self.lines(inner, labels))
            yield f"}}{_suffix(node, labels)}"

    def mentioned(self, body: _Body) -> Iterator[str]:
        """The nodes that the text calls by their names."""
        for node, bodies in self._pieces(body):
            yield from () if bodies else node.inputs[1:]
            yield from labels_in(node.args)
            for inner in bodies:
                yield from self.mentioned(inner)

    def _pieces(self, body: _Body) -> list[tuple[Node, list[_Body]]]:
        """Layers, and merges with the bodies that they merge; found from the end."""
        found: list[tuple[Node, list[_Body]]] = []
        end = body.end
        while end > body.start:
            node = self.nodes[end - 1]
            above = end - 2 if end - 1 > body.start else body.source
            bodies = self._bodies(node, body.start, above)
            found.append((node, bodies))
            end = bodies[0].start if bodies else end - 1
        return found[::-1]

    def _bodies(self, node: Node, start: int, above: int) -> list[_Body]:
        """The bodies whose outputs a node merges; none if it needs none.

        A node that takes what is right above it can name its other inputs. Every other merges
        bodies that stand one after another and start at one node, which the first layer of any
        of them takes. A merge of one thing has one body, which may as well be empty.
        """
        if len(node.inputs) == 1 and node.kind in _MODES:
            end = self.places[node.name]
            return [_Body(end, end, above)]
        ends = [self.places[name] for name in node.inputs]
        if ends[0] == above:
            return []
        source = self.places[self.nodes[ends[0] + 1].inputs[0]]
        begin = max(start, source + 1)
        found = []
        for end in ends:
            found.append(_Body(begin, max(begin, end + 1), source))
            begin = found[-1].end
        return found


def _piece(node: Node) -> str:
    """A layer with its arguments; a merge names what does not come from above."""
    written = [*node.inputs[1:], *named(node.args)]
    return f"{node.kind}({', '.join(written)})" if written else node.kind


def _suffix(node: Node, labels: frozenset[str]) -> str:
    given = f" given {', '.join(node.given)}" if node.given else ""
    device = f" on {node.device}" if node.device else ""
    label = f" as {node.name}" if node.name in labels else ""
    return given + device + label


def _labels(nodes: Sequence[Node], mentioned: set[str]) -> frozenset[str]:
    """The names that are called, and those that nodes would not get of themselves."""
    labels = set(mentioned)
    while True:
        counts: dict[str, int] = {}
        wrong: dict[str, str] = {}  # the first of each kind
        for node in nodes:
            if node.name in labels or node.kind in wrong:
                continue
            name = _next(node.kind, counts, labels)
            if name != node.name:
                wrong[node.kind] = node.name
        if not wrong:
            return frozenset(labels)
        labels |= set(wrong.values())


def _next(kind: str, counts: dict[str, int], labels: set[str]) -> str:
    """The next name that the compiler makes up: kind and number, clear of what is written."""
    while True:
        counts[kind] = counts.get(kind, 0) + 1
        name = f"{kind}_{counts[kind]}"
        if name not in labels:
            return name
