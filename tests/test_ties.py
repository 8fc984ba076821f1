"""Layers that share a weight compute, train, place, save and export as torch's own would."""

import pytest
import torch
from attrs import evolve
from torch import nn

import hypertune
from hypertune.compiler import compile_text
from hypertune.conditioning import Conditioning
from hypertune.diagnostics import SpecError
from hypertune.emitting.spec_text import print_spec
from hypertune.ir import DamagedProgram, Label, from_json, to_json
from hypertune.lowering import place
from hypertune.lowering.compiled_loss import CompiledLoss
from hypertune.lowering.network import lower
from hypertune.response.parameters import split_parameters
from hypertune.runtime import Batch, Sample
from hypertune.semantics import verify
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPEC = """
hspec 1
hyper drop : rate = 0.2
data { source = digits; split = (train = 10%, valid = 10%, test = 10%); batch = 64 }
model (1, 8, 8) given * {
  flatten
  dropout(drop)
  linear(64) ON as first
  relu
  repeat 2 { linear(64, tied = first) OTHER as again; relu }
  linear(64, bias = false, tied = again)
  linear(10)
}
objective { train = cross_entropy + l2(1e-3); valid = cross_entropy; report = accuracy }
tune { method = METHOD(warmup = 0); weights = sgd(lr = 0.05); hypers = adam(lr = 0.05); steps = 9 }
"""


def program(method="delta_stn", first="", other=""):
    text = SPEC.replace("METHOD", method).replace("ON", first).replace("OTHER", other)
    return compile_text(text).program


def node(found, name):
    return next(layer for layer in found.layers if layer.name == name)


def test_every_tie_names_the_layer_that_owns_the_weight():
    found = program()
    owners = {layer.name: layer.args.get("tied") for layer in found.layers}
    assert {name: label for name, label in owners.items() if label} == dict.fromkeys(
        ("again", "again_1", "linear_1"), Label("first")
    )


def test_a_tied_layer_answers_to_nothing_and_has_no_weight_of_its_own():
    found = program()
    assert node(found, "again").given == ()
    assert node(found, "first").given == ("drop",)
    network = lower(place(found, STANDARD, ("cpu",)), STANDARD)
    names = [name for name, _ in network.named_parameters() if "again" in name]
    assert names == ["layers.again.bias", "layers.again_1.bias"]
    declared = sum(costs.base for costs in STANDARD.costs(found))
    base, _ = split_parameters(network)
    assert declared == sum(value.numel() for value in base.values())


def test_it_has_the_gradient_that_torch_gives_a_shared_weight():
    found = place(program(), STANDARD, ("cpu",))
    network = lower(found, STANDARD).double()
    first, again, more, last, end = (
        nn.Linear(64, 64, dtype=torch.float64),
        nn.Linear(64, 64, dtype=torch.float64),
        nn.Linear(64, 64, dtype=torch.float64),
        nn.Linear(64, 64, bias=False, dtype=torch.float64),
        nn.Linear(64, 10, dtype=torch.float64),
    )
    again.weight = more.weight = last.weight = first.weight
    twin = nn.Sequential(first, nn.ReLU(), again, nn.ReLU(), more, nn.ReLU(), last, end)
    state = network.folded(None)
    with torch.no_grad():
        names = ("first", "again", "again_1", "linear_1", "linear_2")
        pairs = zip(names, (first, again, more, last, end), strict=True)
        for name, layer in pairs:
            layer.weight.copy_(state[f"{name}.weight"])
            if layer.bias is not None:
                layer.bias.copy_(state[f"{name}.bias"])
    x, y = torch.randn(7, 1, 8, 8, dtype=torch.float64), torch.arange(7)
    base, response = split_parameters(network)
    compiled = CompiledLoss(
        network, found.objective.train, found, STANDARD, lambda x, y, values: (x, y)
    )
    trainable = {name: value.clone().requires_grad_() for name, value in base.items()}
    at_zero = Conditioning({"drop": torch.zeros(1, dtype=torch.float64)})
    loss, _ = compiled({**trainable, **response}, at_zero, Sample(Batch(x, y)))
    squares = first.weight.square().sum() + end.weight.square().sum()
    expected = nn.functional.cross_entropy(twin(x.flatten(1)), y) + 1e-3 / 2 * squares
    torch.testing.assert_close(loss, expected, rtol=1e-12, atol=0)
    (got,) = torch.autograd.grad(loss, [trainable["layers.first.weight"]])
    (want,) = torch.autograd.grad(expected, [first.weight])
    torch.testing.assert_close(got, want, rtol=1e-10, atol=1e-14)


@pytest.mark.parametrize("method", ["delta_stn", "stn"])
def test_a_run_keeps_what_is_shared_as_far_as_it_is_the_same(method, tmp_path):
    run = hypertune.train(program(method), out=tmp_path / "run")
    network = run.model()
    assert run.ties() == (
        dict.fromkeys(("again", "again_1", "linear_1"), "first") if method == "delta_stn" else {}
    )
    weights = [network.get_submodule(name).weight for name in ("first", "again", "linear_1")]
    assert (weights[0] is weights[1] is weights[2]) == (method == "delta_stn")
    torch.testing.assert_close(weights[1], weights[2], rtol=0, atol=0)


def test_a_training_is_taken_up_where_it_was():
    placed = place(program(), STANDARD, ("cpu",))
    whole, first, second = (prepare(placed) for _ in range(3))
    list(whole.training.run())
    events = first.training.run()
    while first.training.step < 4:
        next(events)
    second.training.restore(first.training.snapshot())
    list(second.training.run())
    for name, weight in whole.plain_state().items():
        assert torch.equal(weight, second.plain_state()[name]), name


def test_a_tied_layer_goes_where_its_weight_is():
    machine = ("cpu", "cuda:0", "cuda:1")
    placed = place(program(first="on cuda:1"), STANDARD, machine)
    assert node(placed, "again").device == node(placed, "linear_1").device == "cuda:1"
    assert node(placed, "linear_2").device == "cpu"
    with pytest.raises(SpecError) as caught:
        place(program(first="on cuda:1", other="on cuda:0"), STANDARD, machine)
    assert [found.code for found in caught.value.diagnostics] == ["HT502", "HT502"]


def test_it_is_written_and_read_again():
    found = program()
    assert from_json(to_json(found)) == found
    again = compile_text(print_spec(found)).program
    assert [layer.args for layer in again.layers] == [layer.args for layer in found.layers]


def test_a_program_with_a_wrong_tie_is_damaged():
    found = program()
    for owner in ("relu_1", "linear_2", "again", "nobody"):
        last = evolve(
            node(found, "linear_1"), args={**node(found, "linear_1").args, "tied": Label(owner)}
        )
        layers = tuple(last if layer.name == "linear_1" else layer for layer in found.layers)
        with pytest.raises(DamagedProgram, match="linear_1"):
            verify(evolve(found, layers=layers), STANDARD)
