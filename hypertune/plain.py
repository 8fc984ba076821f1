"""The plain network of a program: the same layers, no trace of tuning."""

from __future__ import annotations

from collections.abc import Mapping
from string import Template

from hypertune.catalogue import Catalogue, LayerType, Plain
from hypertune.ir import Layer, Program, Ref, Value


def plain_layers(
    program: Program, catalogue: Catalogue, hypers: Mapping[str, float]
) -> dict[str, Plain]:
    """The torch module of each layer, by the layer's name.

    Args:
        program: what was trained.
        catalogue: has its layer types.
        hypers: each hyperparameter's own value.

    """
    kinds = catalogue.of(LayerType)
    return {
        layer.name: kinds[layer.kind].plain(_settled(layer, hypers), layer.shapes[0])
        for layer in program.layers
    }


def _settled(layer: Layer, hypers: Mapping[str, float]) -> dict[str, Value]:
    return {
        name: hypers[value.hyper] if isinstance(value, Ref) else value
        for name, value in layer.args.items()
    }


def module_source(program: Program, layers: Mapping[str, Plain], weights: str, title: str) -> str:
    """A Python module that rebuilds the network and loads its weights with torch alone.

    Args:
        program: what was trained.
        layers: as `plain_layers` gives them.
        weights: the name of the safetensors file beside the module.
        title: what the docstring says the network is.

    """
    lines = [f"                ({name!r}, {plain}),\n" for name, plain in layers.items()]
    return _MODULE.substitute(
        title=title,
        layers="".join(lines),
        weights=repr(weights),
        input=tuple(program.input),
        output=tuple(program.output),
    )


_MODULE = Template('''\
"""$title

    network = load()            # an nn.Sequential in evaluation mode
    y = network(x)              # x (batch, *$input), y (batch, *$output)
"""

import json
from collections import OrderedDict
from pathlib import Path

import torch
from torch import nn

DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U8": torch.uint8, "BOOL": torch.bool,
}


def network():
    """The layers with fresh weights."""
    return nn.Sequential(
        OrderedDict(
            [
$layers            ]
        )
    )


def read_weights(path):
    """The state_dict in a safetensors file: a length, a JSON header, then the numbers."""
    content = bytearray(Path(path).read_bytes())
    start = 8 + int.from_bytes(content[:8], "little")
    header = json.loads(content[8:start])
    header.pop("__metadata__", None)
    state = {}
    for name, about in header.items():
        first, end = about["data_offsets"]
        raw = torch.tensor(content[start + first : start + end], dtype=torch.uint8)
        state[name] = raw.view(DTYPES[about["dtype"]]).reshape(about["shape"])
    return state


def load(path=Path(__file__).with_name($weights)):
    """The trained network, ready to predict."""
    trained = network()
    trained.load_state_dict(read_weights(path))
    return trained.eval()
''')
