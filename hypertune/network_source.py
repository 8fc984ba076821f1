"""The plain network of a program as Python that runs with torch alone."""

from __future__ import annotations

from string import Template

from hypertune.catalogue import Catalogue
from hypertune.ir import Layer, Program, Shape
from hypertune.plain import plain_layers


def network_source(program: Program, catalogue: Catalogue) -> str:
    """A module with one class, `Network`: each layer an attribute, each step of it a line.

    Hyperparameters have their start values. Weights are drawn anew wherever it is built; a
    network that was trained is loaded into it by the names of its layers.
    """
    starts = {hyper.name: hyper.start for hyper in program.hypers}
    layers = plain_layers(program, catalogue, starts)
    return _MODULE.substitute(
        input=_size(program.input),
        output=_size(program.output),
        layers="\n".join(f"        self.{name} = {plain}" for name, plain in layers.items()),
        steps="\n".join(map(_step, program.layers)),
    )


def _step(layer: Layer) -> str:
    return f"        x = self.{layer.name}(x)  # {_size(layer.output)}"


def _size(shape: Shape) -> str:
    return f"({', '.join(['batch', *map(str, shape)])})"


_MODULE = Template('''\
"""A network of torch: x $input, scaled as it was for training, to y $output."""

from torch import nn


class Network(nn.Module):
    def __init__(self):
        super().__init__()
$layers

    def forward(self, x):
$steps
        return x
''')
