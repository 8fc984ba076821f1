"""The plain network of a program as Python that runs with torch alone."""

from __future__ import annotations

from collections.abc import Iterator
from string import Template

from hypertune.catalogue import Catalogue
from hypertune.emitting.plain import (
    PlainLayers,
    forward_lines,
    import_lines,
    module_lines,
    plain_layers,
    tie_lines,
    ties,
)
from hypertune.ir import Program, Shape


def network_source(program: Program, catalogue: Catalogue) -> str:
    """A module with one class, `Network`: each layer an attribute, each step of it a line.

    Hyperparameters have their start values. Weights are drawn anew wherever it is built; a
    network that was trained is loaded into it by the names of its layers. Tied layers share their
    weight, unless it may respond: then training can leave the two apart.
    """
    layers = plain_layers(program, catalogue, program.starts)
    responding = {node.name for node in program.layers if node.given}
    tied = {name: owner for name, owner in ties(program).items() if owner not in responding}
    modules = [*module_lines(layers), *tie_lines(tied)]
    return _MODULE.substitute(
        input=_size(program.input),
        output=_size(program.output),
        imports="".join(f"{line}\n" for line in import_lines(layers)),
        layers="\n".join(f"        {line}" for line in modules),
        steps="\n".join(_steps(program, catalogue, layers)),
    )


def _steps(program: Program, catalogue: Catalogue, layers: PlainLayers) -> Iterator[str]:
    """The statements of `forward`, with the shape of what each gives."""
    lines = [*forward_lines(program, catalogue, layers)]
    shapes = [layer.output for layer in program.layers]
    if len(lines) > len(shapes):  # the first keeps the input
        shapes.insert(0, program.input)
    for line, shape in zip(lines, shapes, strict=True):
        yield f"        {line}  # {_size(shape)}"


def _size(shape: Shape) -> str:
    return f"({', '.join(['batch', *map(str, shape)])})"


_MODULE = Template('''\
"""A network of torch: x $input, scaled as it was for training, to y $output."""

import torch
from torch import nn
$imports

class Network(nn.Module):
    def __init__(self):
        super().__init__()
$layers

    def forward(self, x):
$steps
        return x
''')
