"""Batch normalisation: equal to torch's, its statistics those of the right pass, carried along."""

from runpy import run_path

import pytest
import torch
from taking_up import hold_taken_up
from torch import nn
from torch.func import jvp

import hypertune
from hypertune.compiler import compile_text
from hypertune.conditioning import Conditioning
from hypertune.jobs.exporting import export
from hypertune.lowering import place
from hypertune.response.batch_norm import BatchNorm
from hypertune.runs.checkpoint import read_checkpoint
from hypertune.standard import STANDARD
from hypertune.testing.buffers import restored
from hypertune.tuning import prepare

PLAIN = Conditioning()
TYPES = {torch.float32: 1e-6, torch.float64: 1e-12}
SHAPES = {"images": (7, 5, 4, 3), "rows": (7, 5), "sequences": (7, 5, 6)}
TWINS = {4: nn.BatchNorm2d, 2: nn.BatchNorm1d, 3: nn.BatchNorm1d}


def pair(x, given=0):
    """A layer and torch's, alike, away from where they are initialised."""
    torch.manual_seed(0)
    options = {"eps": 1e-3, "momentum": 0.3}
    layer = BatchNorm(x.shape[1], given, **options).to(x.dtype)
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.normal_()
    twin = TWINS[x.dim()](x.shape[1], **options).to(x.dtype)
    twin.load_state_dict(layer.folded(None))
    return layer, twin


def batches(shape, dtype=torch.float64, count=3):
    source = torch.Generator().manual_seed(1)
    return [
        (i + 1) * torch.randn(*shape, generator=source, dtype=torch.float64).to(dtype) + i
        for i in range(count)
    ]


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_it_is_torchs_in_training_and_evaluation_with_its_statistics(shape, dtype):
    tolerance = {"rtol": TYPES[dtype], "atol": TYPES[dtype]}
    given = batches(shape, dtype)
    layer, twin = pair(given[0])
    for x in given:
        torch.testing.assert_close(layer(x, PLAIN), twin(x), **tolerance)
    state = layer.folded(None)
    assert state.keys() == twin.state_dict().keys()
    for name, expected in twin.state_dict().items():
        torch.testing.assert_close(state[name], expected, **tolerance)
    assert state["num_batches_tracked"] == len(given)
    layer.eval(), twin.eval()
    torch.testing.assert_close(layer(given[0], PLAIN), twin(given[0]), **tolerance)


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_what_it_responds_with_is_what_it_folds_to(training):
    x, other = batches((6, 5, 4, 3), count=2)
    layer, twin = pair(x, given=2)
    layer(other, PLAIN)  # moves the statistics
    layer.train(training), twin.train(training)
    delta = torch.randn(6, 2, dtype=x.dtype)
    with restored(layer):
        found = layer(x, Conditioning({}, delta))
    for i in range(6):
        twin.load_state_dict(layer.folded(delta[i]))
        torch.testing.assert_close(found[i], twin(x)[i], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
def test_one_response_for_all_examples_is_taken_by_torchs_kernel_to_the_bit(training):
    (x,) = batches((6, 5, 4, 3), count=1)
    layer, twin = pair(x.float(), given=2)
    layer.train(training), twin.train(training)
    for delta in (torch.zeros(2), torch.randn(2)):
        twin.load_state_dict(layer.folded(delta))
        with restored(layer):
            assert torch.equal(layer(x.float(), Conditioning({}, delta[None])), twin(x.float()))


@pytest.mark.parametrize("trained", [True, False], ids=["trained", "detached"])
@pytest.mark.parametrize("training", [True, False], ids=["training", "evaluation"])
@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_its_linearised_reading_is_the_derivative_through_the_statistics_of_the_batch(
    shape, training, trained
):
    x, dx = batches(shape, count=2)
    layer, _ = pair(x, given=2)
    layer.requires_grad_(trained)
    layer(dx, PLAIN)
    layer.train(training)
    delta = torch.randn(len(x), 2, dtype=x.dtype)

    def read(x, delta):
        with restored(layer):
            return layer(x, Conditioning({}, delta))

    expected = jvp(read, (x, torch.zeros_like(delta)), (dx, delta))
    found = layer.linearised(x, dx, Conditioning({}, delta, linearised=True))
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)
    if training:
        shifted = layer.linearised(x, torch.ones_like(x), PLAIN)[1]
        assert shifted.abs().max() < 1e-12, "a shift of all examples is taken out again"


@pytest.mark.parametrize("trained", [True, False], ids=["trained", "detached"])
def test_the_tangent_of_its_linearised_reading_can_be_differentiated(trained):
    x, dx = batches((4, 2, 2, 2), count=2)
    layer, _ = pair(x, given=2)
    layer.requires_grad_(trained)
    base = [layer.weight, layer.bias] if trained else []
    responses = list(layer.response.requires_grad_().parameters())
    delta = torch.randn(4, 2, dtype=x.dtype)

    def tangent(dx, *weights):
        return layer.linearised(x, dx, Conditioning({}, delta))[1]

    torch.autograd.gradcheck(tangent, (dx.requires_grad_(), *base, *responses))


def test_rows_stand_alone_in_evaluation():
    x, other = batches((6, 5, 4, 3), count=2)
    layer, _ = pair(x, given=2)
    layer(other, PLAIN)
    layer.eval()
    delta = torch.randn(6, 2, dtype=x.dtype)
    whole = layer(x, Conditioning({}, delta))
    for i in range(6):
        alone = layer(x[i : i + 1], Conditioning({}, delta[i : i + 1]))
        torch.testing.assert_close(alone[0], whole[i], rtol=1e-12, atol=1e-12)


def test_a_single_number_for_each_channel_is_normalised_by_what_was_seen_before():
    (x,) = batches((1, 5), count=1)
    layer, twin = pair(x)
    layer(torch.randn(9, 5, dtype=x.dtype), PLAIN)
    before = {name: s.clone() for name, s in layer.named_buffers()}
    twin.load_state_dict(layer.folded(None))
    torch.testing.assert_close(layer(x, PLAIN), twin.eval()(x))
    for name, statistic in layer.named_buffers():
        assert torch.equal(statistic, before[name])


def test_penalties_leave_gains_out():
    layer, _ = pair(torch.zeros(2, 5, 4, 4), given=1)
    assert layer.squares(PLAIN) is None
    assert layer.penalised() == []


SPEC = """
hspec 1
hyper smooth : real(0, 0.5) = 0.1 spread 0.7
hyper decay  : log(1e-4, 1) = 1e-2 spread 0.3 fixed per batch
data { source = digits; split = (train = 96, valid = 60, test = 24); batch = 16 }
model (1, 8, 8) given * {
  conv2d(4, 3); batch_norm2d; relu; flatten; linear(8, bias = false); batch_norm1d; linear(10)
}
objective { train = cross_entropy(smooth) + l2(decay); valid = cross_entropy; report = accuracy }
tune { method = METHOD; weights = sgd(lr = 0.1); hypers = sgd(lr = 0.1); epochs = 4 }
"""
METHODS = {
    "fixed": "fixed",
    "stn": "stn(warmup = 2 steps, train_steps = 2)",
    "delta_stn": "delta_stn(warmup = 2 steps, train_steps = 2, response_share = 0.6)",
}
every_method = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
MEAN = "layers.batch_norm2d_1.running_mean"


def program(method):
    return compile_text(SPEC.replace("METHOD", method)).program


def prepared(method):
    return prepare(place(program(method), STANDARD, ("cpu",)))


def conv_output(weights, x, delta_BH):
    """Of the first layer, one example at a time."""
    own = {n.removeprefix("layers.conv2d_1."): w for n, w in weights.items() if "conv2d" in n}
    if delta_BH is None:
        return nn.functional.conv2d(x, own["weight"], own["bias"])
    scale, shift = (delta_BH @ own[f"response.{of}_scale"].T for of in ("weight", "bias"))
    weight = own["weight"] + scale[:, :, None, None, None] * own["response.weight"]
    bias = own["bias"] + shift * own["response.bias"]
    rows = zip(x, weight, bias, strict=True)
    return torch.cat([nn.functional.conv2d(row[None], w, b) for row, w, b in rows])


@every_method
def test_a_step_moves_the_statistics_by_its_plain_pass_or_by_the_only_one_that_it_has(method):
    training = prepared(method).training
    source = torch.Generator().manual_seed(0)
    for weight in training.state.weights.values():
        weight.normal_(std=0.3, generator=source)
    weights = {name: w.clone() for name, w in training.state.weights.items()}
    sample = training.passes.train(3)
    delta_BH = None
    if method.startswith("stn"):
        u, hypers = training.state.unconstrained_H, training.state.hypers
        training.passes.begin(5)
        delta_BH = u + hypers.perturbation_BH(16, training.passes.generator).detach()
    training.passes.begin(5)
    training.method.step(training.passes, training.state, 3)  # one with a validation step
    y = conv_output(weights, sample.batch.inputs, delta_BH)
    expected = 0.1 * y.mean((0, 2, 3))
    found = training.passes.statistics[MEAN]
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    assert training.passes.statistics["layers.batch_norm2d_1.num_batches_tracked"] == 1


@every_method
def test_a_training_is_taken_up_in_the_middle_bit_for_bit(method):
    done = hold_taken_up(lambda: prepared(method).training, at=9)  # in the second of four epochs
    assert done.passes.statistics[MEAN].any()


@every_method
def test_the_best_checkpoint_and_the_plain_network_measure_what_was_reported(method, tmp_path):
    run = hypertune.train(program(method), out=tmp_path / "run")
    fresh = prepared(method)
    best = min(run.events, key=lambda row: row["valid_loss"])
    fresh.training.restore(read_checkpoint(run.folder.best).state)
    assert fresh.evaluate("valid")["valid_loss"] == best["valid_loss"]
    network, part = run.model(), fresh.sets.valid
    assert isinstance(network.get_submodule("batch_norm2d_1"), nn.BatchNorm2d)
    logits = network(part.scaling.normalised(part.scaling.numbers(part.x)))
    loss = nn.functional.cross_entropy(logits, part.y).item()
    assert loss == pytest.approx(best["valid_loss"], rel=1e-5)
    state = network.state_dict()
    tracked = fresh.training.passes.statistics["layers.batch_norm2d_1.num_batches_tracked"]
    assert state["batch_norm2d_1.num_batches_tracked"] == tracked > 0


def test_an_exported_module_carries_the_statistics(tmp_path):
    run = hypertune.train(program("fixed"), out=tmp_path / "run")
    module, _ = export(run, tmp_path / "net.py")
    found = run_path(str(module))["load"]()
    assert found.batch_norm2d_1.running_mean.any()
    x = torch.rand(5, 1, 8, 8)
    torch.testing.assert_close(found(x), run.model()(x))
