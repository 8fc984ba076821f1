"""The plain network of a program: the same graph of layers, no trace of tuning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Template
from typing import Any

from hypertune.catalogue import Catalogue, MergeType, Plain, PlainMethod
from hypertune.emitting.python_text import in_docstring
from hypertune.ir import Label, Node, Program, Ref, Value

PlainLayers = Mapping[str, Plain | PlainMethod]


def plain_layers(
    program: Program, catalogue: Catalogue, hypers: Mapping[str, float | str]
) -> dict[str, Plain | PlainMethod]:
    """What torch has for each layer, by the layer's name; merges have none.

    Args:
        program: what was trained.
        catalogue: has its layer types.
        hypers: each hyperparameter's value.

    """
    modules: dict[str, Plain | PlainMethod] = {}
    for node in program.layers:
        kind = catalogue.node(node.kind)
        if not isinstance(kind, MergeType):
            modules[node.name] = kind.plain(_settled(node, hypers), node.shapes[0])
    return modules


def _settled(layer: Node, hypers: Mapping[str, float | str]) -> dict[str, Value]:
    return {
        name: hypers[value.hyper] if isinstance(value, Ref) else value
        for name, value in layer.args.items()
    }


def ties(program: Program) -> dict[str, str]:
    """The layers that have the weight of another, each with the one that owns it."""
    found = {node.name: node.args.get("tied") for node in program.layers}
    return {name: owner.layer for name, owner in found.items() if isinstance(owner, Label)}


def tie_lines(tied: Mapping[str, str]) -> Iterator[str]:
    """The statements of `__init__(self)` by which layers share a weight."""
    for name, owner in tied.items():
        yield f"self.{name}.weight = self.{owner}.weight"


def module_lines(layers: PlainLayers) -> Iterator[str]:
    """The statements of `__init__(self)` that make the modules."""
    for name, plain in layers.items():
        if isinstance(plain, Plain):
            yield f"self.{name} = {plain}"


def import_lines(layers: PlainLayers) -> Iterator[str]:
    """What must be imported for the modules, beside torch."""
    modules = [plain for plain in layers.values() if isinstance(plain, Plain)]
    for library in sorted({plain.library for plain in modules}):
        package, _, name = library.rpartition(".")
        if package != "torch":
            yield f"from {package} import {name}"


def forward_lines(program: Program, catalogue: Catalogue, layers: PlainLayers) -> Iterator[str]:
    """The statements of `forward(self, x)`, one for each node; `x` is what the last one gives.

    What only the next node reads is called `x`, all else as its node.
    """
    kept = _read_later(program)
    if "input" in kept:
        yield "input = x"
    for node in program.layers:
        kind = catalogue.node(node.kind)
        fed = [name if name in kept else "x" for name in node.inputs]
        if isinstance(kind, MergeType):
            value = kind.plain(node.args, fed)
        else:
            value = layers[node.name].reading(f"self.{node.name}", fed[0])
        yield f"{f'{node.name} = ' if node.name in kept else ''}x = {value}"


def _read_later(program: Program) -> set[str]:
    """The nodes that others read than the very next one."""
    before = ["input", *(node.name for node in program.layers)]
    edges = [(source, i) for i, node in enumerate(program.layers) for source in node.inputs]
    return {source for source, i in edges if source != before[i]}


def module_source(
    program: Program,
    catalogue: Catalogue,
    layers: PlainLayers,
    tied: Mapping[str, str],
    data: Mapping[str, Any],
    weights: str,
    title: str,
) -> str:
    """A Python module that rebuilds the network and loads its weights with torch alone.

    Args:
        program: what was trained.
        catalogue: has its kinds.
        layers: as `plain_layers` gives them.
        tied: as `ties` gives them, as far as the weights are the same.
        data: as in run.json: `mean` and `std` of `input` and `target`, `fill` of `input`,
            `columns`, `class_names`.
        weights: the name of the safetensors file beside the module.
        title: what the docstring says the network is.

    """
    modules = [*module_lines(layers), *tie_lines(tied)]
    fill = data.get("input", {}).get("fill")
    steps = [*forward_lines(program, catalogue, layers), "return x"]
    return _MODULE.substitute(
        title=in_docstring(title),
        imports="".join(f"{line}\n" for line in import_lines(layers)),
        modules="".join(f"        {line}\n" for line in modules),
        steps="".join(f"        {line}\n" for line in steps),
        weights=repr(weights),
        input_scaling=_scaling(data.get("input", {})),
        target_scaling=_scaling(data.get("target", {})),
        missing=_MISSING.format(fill) if fill else "",
        filled=_FILLED if fill else "",
        names="".join(_names(data)),
        input=tuple(program.input),
        output=tuple(program.output),
    )


def _names(data: Mapping[str, Any]) -> Iterator[str]:
    """What the numbers of an example and the outputs are called, if they are called anything."""
    if names := data.get("columns"):
        yield f"COLUMNS = {tuple(names)!r}  # of an example\n"
    if names := data.get("class_names"):
        yield f"CLASSES = {tuple(names)!r}  # of the outputs, in order\n"


def _scaling(numbers: Mapping[str, Any]) -> str:
    mean, std = numbers.get("mean"), numbers.get("std")
    return repr((0.0 if mean is None else mean, 1.0 if std is None else std))


_MISSING = "FILL = {}  # in the place of numbers that are missing (nan)\n"
_FILLED = "    exact = exact.where(~exact.isnan(), torch.tensor(FILL, dtype=torch.float64))\n"
_MODULE = Template('''\
"""$title

    network = load()               # an nn.Module in evaluation mode
    y = network(scaled(x))         # x (batch, *$input), y (batch, *$output)
    unscaled(y)                    # in the unit of a real target
"""

import json
from pathlib import Path

import torch
from torch import nn
$imports
INPUT = $input_scaling  # mean and standard deviation
TARGET = $target_scaling
${missing}${names}DTYPES = {
    "F64": torch.float64, "F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16,
    "I64": torch.int64, "I32": torch.int32, "I16": torch.int16, "I8": torch.int8,
    "U8": torch.uint8, "BOOL": torch.bool,
}


class Network(nn.Module):
    """The layers, with fresh weights."""

    def __init__(self):
        super().__init__()
$modules
    def forward(self, x):
$steps

def scaled(x):
    """Examples as the network was trained on them; bytes become [0, 1] first."""
    exact = x.cpu().double() / (255 if x.dtype == torch.uint8 else 1)
${filled}    mean, std = (torch.tensor(numbers, dtype=torch.float64) for numbers in INPUT)
    return ((exact - mean) / std).to(x.device, torch.get_default_dtype())


def unscaled(y):
    """What the network says of a real target, in the target's own unit."""
    mean, std = (torch.tensor(numbers, dtype=torch.float64) for numbers in TARGET)
    return y.cpu().double() * std + mean


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
    trained = Network()
    trained.load_state_dict(read_weights(path))
    return trained.eval()
''')
