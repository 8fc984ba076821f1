"""What becomes of a compiled spec in the hands of a method: every gradient that it takes.

The network is written out once more here, in plain torch and double precision, with its structured
response; steps of size 1 of plain gradient descent show the gradients that were taken.
"""

from functools import cache
from math import ceil

import pytest
import torch
from attrs import frozen
from torch.func import jvp
from torch.nn.functional import log_softmax, softplus
from torch.utils._pytree import tree_map

from hypertune.compiler import compile_text
from hypertune.lowering import place
from hypertune.runtime.snapshots import copied
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPEC = """
hspec 1
hyper smooth : real(0, 0.5) = 0.1  spread 0.7
hyper decay  : log(1e-4, 1) = 1e-2 spread 0.3 fixed per batch
hyper shift  : real(0, 0.5) = 0.2  spread 0.4
hyper still  : real(0, 0.5) = 0.2  frozen
data { source = digits; split = (train = 60, valid = 48, test = 24); batch = 12 }
model (1, 8, 8) {
  flatten
  linear(6) given smooth, shift
  tanh
  linear(10) given decay, shift
}
objective { train = cross_entropy(smooth) + 2 * l2(decay) + cross_entropy(shift, still)
            valid = cross_entropy }
tune { method = METHOD; weights = sgd(lr = 1); hypers = sgd(lr = 1); steps = 8 }
"""
DELTA = "delta_stn(warmup = 1 steps, train_steps = 1, entropy = 0.1)"
METHODS = {
    "delta_stn": DELTA,
    "not linearised": DELTA.replace("entropy", "linearise = false, entropy"),
    "a share": DELTA.replace("entropy", "response_share = 0.4, valid_share = 0.5, entropy"),
    "now and then": DELTA.replace("entropy", "response_every = 3, entropy"),
    "stn": "stn(warmup = 1 steps, train_steps = 1, entropy = 0.1)",
}
every_method = pytest.mark.parametrize("name", METHODS)
SMOOTH, DECAY, SHIFT, STILL = range(4)
GIVEN = {"linear_1": [SMOOTH, SHIFT], "linear_2": [DECAY, SHIFT]}
ROWS, SCALED, DIFFERENCE = 12, [SMOOTH, SHIFT], 1e-6


@pytest.fixture(autouse=True)
def _double():
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@cache
def compiled(name):
    text = SPEC.replace("METHOD", METHODS[name])
    return place(compile_text(text).program, STANDARD, ("cpu",))


def trained(name):
    return prepare(compiled(name)).training


@frozen
class Taken:
    """One training step and the validation step after it."""

    training: object
    before: dict  # what `state_dict` gives
    after: dict
    noise: list  # normal numbers: of the training step, of the validation step
    train: object  # batches
    valid: object

    def moved(self, *path):
        before, after = self.before, self.after
        for key in path:
            before, after = before[key], after[key]
        return tree_map(lambda b, a: b - a, before, after)

    @property
    def here(self):
        return self.unconstrained(self.before["hypers"]["values"]["parameters"]["unconstrained"])

    @property
    def raw(self):
        return self.before["hypers"]["scales"]["parameters"]["raw"]

    def unconstrained(self, tuned):
        start = self.training.problem.hypers.start_H
        return torch.cat([tuned, start[STILL:]])


def one_step(name):
    """The second step of a training whose responses are no longer zero."""
    training = trained(name)
    method, passes, state = training.method, training.passes, training.state
    source = torch.Generator().manual_seed(1)
    for weight in state.weights.values():
        weight.normal_(std=0.3, generator=source)
    before = copied(state.state_dict())
    passes.begin(7)
    method.step(passes, state, 1)
    source.manual_seed(7)
    train, valid = [ceil(0.4 * ROWS), ROWS // 2] if name == "a share" else [ROWS, ROWS]
    noise = [torch.randn(n, 4, generator=source) for n in (train, valid)]
    for drawn in noise:
        drawn[:, DECAY] = drawn[0, DECAY]
    batches = training.batches
    after = copied(state.state_dict())
    read = batches.valid(0).cut(slice(valid))
    return Taken(training, before, after, noise, batches.train(1), read)


def scale_H(raw):
    tuned = softplus(raw)
    return torch.stack([tuned[0], torch.tensor(0.3), tuned[1], torch.tensor(0.0)])


def affine(weights, layer, x, delta_BH):
    """The structured response: Wx + b + (Vδ) ⊙ (Ux) + (Cδ) ⊙ c."""
    own = {n.removeprefix(f"layers.{layer}."): w for n, w in weights.items() if layer in n}
    y = x @ own["weight"].T + own["bias"]
    if delta_BH is None:
        return y
    delta = delta_BH[:, GIVEN[layer]]
    scale, shift = (delta @ own[f"response.{of}_scale"].T for of in ("weight", "bias"))
    return y + scale * (x @ own["response.weight"].T) + shift * own["response.bias"]


def outputs(weights, x, delta_BH):
    return affine(
        weights, "linear_2", affine(weights, "linear_1", x.flatten(1), delta_BH).tanh(), delta_BH
    )


def smoothed(logits, target, smoothing):
    logp = log_softmax(logits, 1)
    hit = logp.gather(1, target[:, None])[:, 0]
    return -((1 - smoothing) * hit + smoothing * logp.mean(1))


def squares(weights, delta_BH):
    """Of all effective weights, built one example after the other."""
    total = 0
    for layer, given in GIVEN.items():
        prefix = f"layers.{layer}."
        weight = weights[prefix + "weight"][None]
        if delta_BH is not None:
            scale = delta_BH[:, given] @ weights[prefix + "response.weight_scale"].T
            weight = weight + scale[:, :, None] * weights[prefix + "response.weight"]
        total = total + weight.square().sum((1, 2))
    return total


def training_loss(weights, u_BH, delta_BH, batch, linearised=False):
    def read(delta_BH):
        return outputs(weights, batch.inputs, delta_BH)

    logits = read(delta_BH)
    if linearised:
        y, dy = jvp(read, (torch.zeros_like(delta_BH),), (delta_BH,))
        logits = y + dy
    smooth, shift, still = (0.5 * u_BH[:, i].sigmoid() for i in (SMOOTH, SHIFT, STILL))
    decay = (1e-4) ** (1 - u_BH[:, DECAY].sigmoid())
    data = smoothed(logits, batch.targets, smooth)
    data = data + still * smoothed(logits, batch.targets, shift)
    return data.mean() + 2 * (decay * squares(weights, delta_BH)).mean() / 2


def validation_loss(taken, u, raw):
    """What the hyperparameters and the scales descend, at the weights of after the step."""
    delta_BH = u + taken.noise[1] * scale_H(raw)
    if centred(taken):
        delta_BH = delta_BH - taken.here
    weights = taken.training.state.weights
    loss = smoothed(outputs(weights, taken.valid.inputs, delta_BH), taken.valid.targets, 0.0)
    return loss.mean() - 0.1 * softplus(raw).log().sum()


def centred(taken):
    return type(taken.training.method).__name__ == "DeltaSTN"


def differences(function, at):
    """The gradient of a function of a vector by central differences."""
    found = []
    for i in range(len(at)):
        step = torch.zeros_like(at)
        step[i] = DIFFERENCE
        found.append((function(at + step) - function(at - step)) / (2 * DIFFERENCE))
    return torch.stack(found)


def same(found, expected, tolerance=1e-10):
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance)


def test_unconstrained_values_are_what_they_are_taken_for():
    hypers = trained("delta_stn").problem.hypers
    u = torch.tensor([[0.3, -0.7, 1.1, 0.2]])
    expected = [0.5 * u[0, i].sigmoid() for i in (SMOOTH, SHIFT, STILL)]
    expected.insert(DECAY, 1e-4 ** (1 - u[0, DECAY].sigmoid()))
    same(hypers.conditioning(u).values.matrix_BC[0], torch.stack(expected))


@every_method
def test_hyperparameters_descend_the_validation_loss_through_the_response(name):
    taken = one_step(name)
    tuned = taken.here[:STILL]
    expected = differences(
        lambda u: validation_loss(taken, taken.unconstrained(u), taken.raw), tuned
    )
    same(taken.moved("hypers", "values", "parameters", "unconstrained"), expected, 1e-7)
    assert expected.abs().min() > 1e-4


@every_method
def test_scales_descend_the_validation_loss_less_their_entropy(name):
    taken = one_step(name)
    expected = differences(lambda raw: validation_loss(taken, taken.here, raw), taken.raw)
    same(taken.moved("hypers", "scales", "parameters", "raw"), expected, 1e-7)
    entropy = differences(lambda raw: -0.1 * softplus(raw).log().sum(), taken.raw)
    assert (expected - entropy).abs().min() > 1e-4, "the loss itself must be seen in it"


@every_method
def test_weights_and_responses_descend_the_training_loss(name):
    taken = one_step(name)
    state = {g: taken.before[g]["parameters"] for g in ("base", "response")}
    trainable = tree_map(lambda w: w.clone().requires_grad_(), state)
    delta_BH = taken.noise[0] * scale_H(taken.raw)
    if centred(taken):
        plain = {**trainable["base"], **state["response"]}
        of_base = training_loss(plain, taken.here[None], None, taken.train)
        moved = {**taken.after["base"]["parameters"], **trainable["response"]}
        of_response = training_loss(
            moved,
            taken.here + delta_BH,
            delta_BH,
            taken.train.cut(slice(len(delta_BH))),
            linearised=name != "not linearised",
        )
        loss = of_base + of_response
    else:
        at_BH = taken.here + delta_BH
        both = {**trainable["base"], **trainable["response"]}
        loss = training_loss(both, at_BH, at_BH, taken.train)
    loss.backward()
    for group, weights in trainable.items():
        moved = taken.moved(group, "parameters")
        for weight_name, weight in weights.items():
            same(moved[weight_name], weight.grad)
            assert weight.grad.any(), weight_name
