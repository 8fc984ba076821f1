"""A program as a drawing, in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap

from hypertune.catalogue import REQUIRED, Catalogue
from hypertune.emitting.dot_text import quoted
from hypertune.ir import Node, Program, Shape, print_value

_WIDTH = 40  # of a line that lists hyperparameters
_HEAD = """\
digraph network {
  graph [rankdir = TB, ranksep = 0.3, nodesep = 0.3, fontname = "monospace", fontsize = 10]
  node [shape = box, fontname = "monospace", fontsize = 10, height = 0.3, margin = "0.1,0.05"]
  edge [arrowsize = 0.6]"""


def print_dot(program: Program, catalogue: Catalogue) -> str:
    """Graphviz text: layers as they are written, with the shapes that leave them; devices around.

    A layer whose weights respond to hyperparameters has a dashed frame, and says to which.
    """
    lines = [
        _HEAD,
        f"  input [label = {quoted('input', _size(program.input))}, shape = plaintext]",
        *_layers(program, catalogue),
        "  output [shape = plaintext]",
        *(line for layer in program.layers for line in _inputs(layer)),
        f"  {_id(program.layers[-1].name) if program.layers else 'input'} -> output",
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _layers(program: Program, catalogue: Catalogue) -> Iterator[str]:
    """Each once; neighbours that have one device together in a cluster."""
    for number, (device, run) in enumerate(groupby(program.layers, lambda layer: layer.device)):
        nodes = [_node(layer, program, catalogue) for layer in run]
        if not device:
            yield from (f"  {node}" for node in nodes)
            continue
        yield f"  subgraph cluster_{number} {{"
        yield f"    graph [label = {quoted(device)}, labeljust = l, style = rounded]"
        yield from (f"    {node}" for node in nodes)
        yield "  }"


def _node(layer: Node, program: Program, catalogue: Catalogue) -> str:
    call = _call(layer, catalogue)
    named = call == layer.kind and layer.name.startswith(f"{call}_")  # by its name, `relu_1`
    lines = [layer.name, *([] if named else [call]), *_given(layer, program), _size(layer.output)]
    style = ", style = dashed" if layer.given else ""
    return f"{_id(layer.name)} [label = {quoted(*lines)}{style}]"


def _call(layer: Node, catalogue: Catalogue) -> str:
    """The layer as one would write it: what must be said, and what is not as always."""
    declared = catalogue.node(layer.kind).args
    written = [print_value(layer.args[a.name]) for a in declared if a.default is REQUIRED]
    written += [
        f"{a.name} = {print_value(layer.args[a.name])}"
        for a in declared
        if a.default is not REQUIRED and layer.args[a.name] != a.default
    ]
    return f"{layer.kind}({', '.join(written)})" if written else layer.kind


def _given(layer: Node, program: Program) -> list[str]:
    if not layer.given:
        return []
    everything = tuple(h.name for h in program.hypers if not (h.frozen or h.over))
    names = "*" if layer.given == everything else ", ".join(layer.given)
    return wrap(f"given {names}", _WIDTH)


def _inputs(layer: Node) -> Iterator[str]:
    for source in layer.inputs:
        yield f"  {'input' if source == 'input' else _id(source)} -> {_id(layer.name)}"


def _id(layer: str) -> str:
    return quoted(f"layer {layer}")


def _size(shape: Shape) -> str:
    return " x ".join(map(str, shape))
