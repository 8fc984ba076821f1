"""The linearised reading of a network is its derivative by the response."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from attrs import evolve
from hypothesis import HealthCheck, given, settings, strategies as st
from torch import Tensor
from torch.func import functional_call, jvp
from torch.nn import functional as F

from hypertune import hyper, layers
from hypertune.catalogue import Catalogue, LayerType, WrongShape
from hypertune.conditioning import Conditioning, Values
from hypertune.ir import Call, Data, Hyper, Node, Objective, Program, Shape
from hypertune.lowering.network import Network, lower
from hypertune.response import Layer
from hypertune.response.affine import Affine
from hypertune.testing.buffers import restored
from hypertune.testing.drawing import arguments
from hypertune.testing.seeding import seeded

KINDS = [kind for kind in layers.STANDARD if not kind.tokens]  # of numbers, which have tangents
PASSED = {arg.name: arg for kind in KINDS for arg in kind.args if arg.use}  # by their own names
HYPERS = (*PASSED, "decay", "other")
CATALOGUE = Catalogue([*layers.STANDARD, *layers.MERGES, *hyper.STANDARD])
EXAMPLES = 3


def _program(shape: Shape, nodes: list[Node]) -> Program:
    return Program(
        hypers=tuple(Hyper(name, Call("rate"), 0.3) for name in HYPERS),
        data=Data(Call("digits"), {}, 0, None, (), None),
        input=shape,
        layers=tuple(nodes),
        objective=Objective((), (), ()),
        tunes=(),
    )


@st.composite
def programs(draw: st.DrawFn) -> Program:
    """Any layers and merges, the first of which responds; some given hyperparameters."""
    start = draw(st.sampled_from([(5,), (2, 5, 4), (4, 6, 6)]))
    shape: Shape = start
    nodes: list[Node] = []
    for name in [f"layer_{i}" for i in range(draw(st.integers(1, 7)))]:
        kinds = [k for k in KINDS if not k.ranks or len(shape) in k.ranks]
        kind = draw(st.sampled_from([k for k in kinds if k.responds or nodes]))
        node = _node(draw, kind, name, nodes[-1].name if nodes else "input", shape)
        if node is not None:
            nodes.append(node)
            merge = _merge(draw, f"merge_{name}", nodes) if draw(st.booleans()) else None
            nodes += [merge] if merge else []
            shape = nodes[-1].output
    return _program(start, nodes)


def _node(draw: st.DrawFn, kind: LayerType, name: str, source: str, shape: Shape) -> Node | None:
    args = draw(arguments(kind, len(shape)))
    if "eps" in args:  # a channel that is constant must not be divided by next to nothing
        args["eps"] = max(args["eps"] or 0.0, 1e-2)
    try:
        output = kind.output(args, shape)
    except WrongShape:
        return None
    given = draw(st.sets(st.sampled_from(HYPERS))) if kind.responds else set()
    ordered = tuple(h for h in HYPERS if h in given)
    return Node(name, kind.name, args, ordered, (source,), (shape,), output)


def _merge(draw: st.DrawFn, name: str, nodes: list[Node]) -> Node | None:
    """The last node and some before it, which may be the last itself."""
    kind = draw(st.sampled_from(layers.MERGES))
    fitting = [n for n in nodes if len(n.output) == len(nodes[-1].output)]
    merged = [nodes[-1], *draw(st.lists(st.sampled_from(fitting), min_size=1, max_size=2))]
    shapes = tuple(node.output for node in merged)
    try:
        output = kind.output({}, shapes)
    except WrongShape:
        return None
    return Node(name, kind.name, {}, (), tuple(n.name for n in merged), shapes, output)


def _perturbed(program: Program) -> Network:
    network = lower(program, CATALOGUE).double()
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.normal_()
    return network


def _derivative(network: Network, x: Tensor, conditioning: Conditioning) -> tuple[Tensor, Tensor]:
    def respond(response_BG: Tensor) -> Tensor:
        with restored(network), seeded(1):
            y, _ = network(x, evolve(conditioning, response_BG=response_BG))
            return y

    assert conditioning.response_BG is not None
    y, dy, *_ = jvp(
        respond, (torch.zeros_like(conditioning.response_BG),), (conditioning.response_BG,)
    )
    return y, dy


def _same(found: Tensor, expected: Tensor) -> None:
    torch.testing.assert_close(
        # Of arguments at the end of what a float holds torch's derivative is no number either.
        found,
        expected,
        rtol=1e-10,
        atol=1e-10 * max(1.0, expected.abs().max().item()),
        equal_nan=True,
    )


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(programs(), st.integers(0, 2**16))
def test_that_it_equals_forward_mode_differentiation(program: Program, seed: int):
    with seeded(seed):
        network = _perturbed(program)
        x = torch.randn(EXAMPLES, *program.input).double()
        rates_BH = 0.9 * torch.rand(EXAMPLES, len(HYPERS)).double()
        shared_H = torch.tensor([n in PASSED and PASSED[n].per_batch for n in HYPERS])
        rates_BH = rates_BH.where(~shared_H, rates_BH[:1])
        values = Values(rates_BH, {name: i for i, name in enumerate(HYPERS)})
        conditioning = Conditioning(values, torch.randn(EXAMPLES, len(HYPERS)).double())
    with seeded(1):
        (y, dy), _ = network.linearised(x, conditioning)
    expected_y, expected_dy = _derivative(network, x, conditioning)
    _same(y, expected_y)
    _same(torch.zeros_like(y) if dy is None else dy, expected_dy)
    _hold_gradients(network, y.new_zeros(y.shape) if dy is None else dy, expected_dy)


def _hold_gradients(network: Network, found: Tensor, expected: Tensor) -> None:
    """What trains the responses: the gradient of a loss of the tangent."""
    responses = [p for name, p in network.named_parameters() if ".response." in name]
    if not responses:
        return
    gradients = torch.autograd.grad(found.square().sum(), responses, materialize_grads=True)
    right = torch.autograd.grad(expected.square().sum(), responses, materialize_grads=True)
    for gradient, by_jvp in zip(gradients, right, strict=True):
        _same(gradient, by_jvp)


NORMS = {  # of the outputs (B, C) of a layer, by torch's kernels
    "batch_norm": lambda x: F.batch_norm(x, None, None, training=True),
    "instance_norm": lambda x: F.instance_norm(x[None])[0],
    "layer_norm": lambda x: F.layer_norm(x, x.shape[1:]),
    "torch.batch_norm": lambda x: torch.batch_norm(x, *[None] * 4, True, 0.1, 1e-5, False),
    "torch.layer_norm": lambda x: torch.layer_norm(x, x.shape[1:]),
}


class Normalised(Layer):
    """A user's own composite, with a normalisation by torch behind weights that respond."""

    def __init__(self, norm: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.affine, self.norm = Affine(3, 4, True, 2).double(), norm

    def forward(self, x: Tensor, conditioning: Conditioning) -> Tensor:
        return self.norm(self.affine(x, conditioning))


@pytest.mark.parametrize("norm", NORMS)
def test_the_tangent_of_torchs_own_normalisation_has_right_gradients(norm: str) -> None:
    torch.manual_seed(0)
    layer = Normalised(NORMS[norm])
    x, response = torch.randn(5, 3).double(), torch.randn(5, 2).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(torch.randn_like(parameter))
    names, values = zip(*layer.named_parameters(), strict=True)

    def tangent(*parameters: Tensor) -> Tensor:
        at = dict(zip(names, parameters, strict=True))
        inputs = x, torch.ones_like(x), Conditioning({}, response)
        return functional_call(Linearised(layer), {f"layer.{k}": v for k, v in at.items()}, inputs)

    assert torch.autograd.gradcheck(tangent, values)


class Linearised(torch.nn.Module):
    """The tangent of a layer, as a module."""

    def __init__(self, layer: Layer) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, x: Tensor, dx: Tensor, conditioning: Conditioning) -> Tensor | None:
        return self.layer.linearised(x, dx, conditioning)[1]
