"""A program as a drawing, in the language of Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from hypertune.ir import Layer, Program, Ref, Shape, print_value

_HEAD = """\
digraph network {
  rankdir = TB
  node [shape = box, fontname = "monospace"]
  edge [fontname = "monospace"]"""


def print_dot(program: Program) -> str:
    """Graphviz text: layers with their arguments, edges with shapes, devices as clusters.

    A dashed edge leads from a hyperparameter to each layer whose weights answer to it, a dotted
    one to each layer that reads it as an argument.
    """
    lines = [
        _HEAD,
        f"  input [label = {_quoted('input')}, shape = plaintext]",
        *_layers(program),
        f"  output [label = {_quoted('output')}, shape = plaintext]",
        *(line for layer in program.layers for line in _inputs(layer)),
        *_ending(program),
        *_hypers(program),
    ]
    return "\n".join([*lines, "}"]) + "\n"


def _layers(program: Program) -> Iterator[str]:
    """Each once; those that have a device together in its cluster."""
    devices = list(dict.fromkeys(layer.device for layer in program.layers))
    for number, device in enumerate(devices):
        nodes = [_node(layer) for layer in program.layers if layer.device == device]
        if not device:
            yield from (f"  {node}" for node in nodes)
            continue
        yield f"  subgraph cluster_{number} {{"
        yield f"    label = {_quoted(device)}"
        yield from (f"    {node}" for node in nodes)
        yield "  }"


def _node(layer: Layer) -> str:
    args = ", ".join(f"{name} = {print_value(value)}" for name, value in layer.args.items())
    return f"{_id(layer.name)} [label = {_quoted(layer.name, f'{layer.kind}({args})')}]"


def _inputs(layer: Layer) -> Iterator[str]:
    for source, shape in zip(layer.inputs, layer.shapes, strict=True):
        start = "input" if source == "input" else _id(source)
        yield f"  {start} -> {_id(layer.name)} [label = {_quoted(_size(shape))}]"


def _ending(program: Program) -> Iterator[str]:
    last = _id(program.layers[-1].name) if program.layers else "input"
    yield f"  {last} -> output [label = {_quoted(_size(program.output))}]"


def _hypers(program: Program) -> Iterator[str]:
    """The hyperparameters that some layer hears of."""
    for hyper in program.hypers:
        answer = [layer for layer in program.layers if hyper.name in layer.given]
        read = [layer for layer in program.layers if Ref(hyper.name) in layer.args.values()]
        if answer or read:
            yield f"  {_hyper(hyper.name)} [label = {_quoted(hyper.name)}, shape = ellipse]"
        for style, layers in (("dashed", answer), ("dotted", read)):
            for layer in layers:
                yield f"  {_hyper(hyper.name)} -> {_id(layer.name)} [style = {style}]"


def _id(layer: str) -> str:
    return _quoted(f"layer {layer}")


def _hyper(name: str) -> str:
    return _quoted(f"hyper {name}")


def _quoted(*lines: str) -> str:
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def _size(shape: Shape) -> str:
    return " x ".join(map(str, shape))
