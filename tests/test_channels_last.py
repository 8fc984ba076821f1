"""Images and weights of convolutions that lie in memory channels last: the same training."""

import json
import signal
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from taking_up import hold_taken_up
from torch.testing import assert_close
from torch.utils._python_dispatch import TorchDispatchMode

from hypertune.cli import main
from hypertune.compiler import compile_text
from hypertune.jobs.job import resume, start
from hypertune.jobs.order import Order
from hypertune.lowering import place
from hypertune.runtime import Noted, Stepped, Within
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPEC = """
hspec 1
hyper p, q : rate = 0.1
hyper decay : log(1e-8, 1) = 1e-3 per batch
data { source = digits; split = (train = 120, valid = 60); batch = 60 }
model (1, 8, 8) given * {
  dropout2d(p); conv2d(4, 3, padding = 1); relu; max_pool2d(2)
  dropout2d(q); conv2d(6, 3, padding = 1); batch_norm2d; relu; max_pool2d(2)
  flatten; linear(10)
}
objective { train = cross_entropy + l2(decay); valid = cross_entropy; report = accuracy }
tune delta { method = delta_stn(warmup = 1, train_steps = 2); weights = adam(lr = 0.01)
  hypers = rmsprop(lr = 0.1); steps = 6 }
tune stn { method = stn(warmup = 1, train_steps = 2); weights = sgd(lr = 0.1, momentum = 0.9)
  hypers = rmsprop(lr = 0.1); steps = 6 }
tune search { method = random_search(trials = 1); weights = sgd(lr = 0.1, momentum = 0.9)
  epochs = 1; refit = last }
"""
# What looks inside of its steps follows no rate of dropout.
UNROLLED = (
    SPEC.partition("tune delta")[0]
    .replace("hyper p, q : rate = 0.1", "")
    .replace("2d(p)", "2d(0.1)")
    .replace("2d(q)", "2d(0.1)")
    + """
tune unrolled { method = unrolled(window = 2); weights = sgd(lr = 0.1, momentum = 0.9)
  hypers = rmsprop(lr = 0.1); epochs = 4 }
"""
)


def prepared(tune, last=True, text=SPEC):
    text = UNROLLED if tune == "unrolled" else text
    program = place(compile_text(text).program, STANDARD, ("cpu",))
    return prepare(program, tune, channels_last=last)


def lies_channels_last(x):
    return x.dim() != 4 or x.is_contiguous(memory_format=torch.channels_last)


@pytest.mark.parametrize("tune", ["delta", "stn", "unrolled"])
def test_the_layout_changes_no_more_than_rounding(tune):
    # not with Adam, which makes whole steps of gradients that are zero but for rounding
    text = SPEC.replace("adam(lr = 0.01)", "sgd(lr = 0.1, momentum = 0.9)")
    found = {}
    for last in (True, False):
        training = prepared(tune, last, text).training
        for _ in training.run():
            pass
        found[last] = training.snapshot()
    for part in ("state", "passes"):
        assert_close(found[True][part], found[False][part], rtol=2e-4, atol=2e-6)


@pytest.mark.parametrize("tune", ["delta", "stn", "unrolled"])
def test_a_training_is_taken_up_bit_for_bit_in_that_layout(tune):
    hold_taken_up(lambda: prepared(tune).training, at=2)


@pytest.mark.parametrize("tune", ["delta", "stn"])
def test_weights_responses_and_what_optimisers_keep_of_them_have_the_layout(tune):
    made = prepared(tune)
    for _ in made.training.run():
        pass
    state = made.training.state
    for name, p in {**state.base.trainable, **state.response.trainable}.items():
        assert lies_channels_last(p), name
    optimisers = [state.base._optimiser, state.response._optimiser]
    kept = [x for o in optimisers for of_one in o.state.values() for x in of_one.values()]
    assert sum(x.dim() == 4 for x in kept) >= 4
    assert all(map(lies_channels_last, kept))
    assert all(x.is_contiguous() for x in made.plain_state().values())


class Convolved(TorchDispatchMode):
    """Collects what convolutions are given, forward and back."""

    def __init__(self):
        super().__init__()
        self.images = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        if "convolution" in str(function):
            self.images += [x for x in args[:3] if isinstance(x, torch.Tensor) and x.dim() == 4]
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("tune", ["delta", "stn"])
def test_images_keep_the_layout_from_layer_to_layer(tune):
    training = prepared(tune).training
    with Convolved() as convolved:
        for _ in training.run():
            pass
    assert len(convolved.images) > 50
    assert all(x.stride(1) == 1 for x in convolved.images)


def test_trials_of_a_study_and_the_training_on_both_parts_have_the_layout(tmp_path):
    order = Order(compile_text(SPEC).program, tune="search", channels_last=True)
    with Convolved() as convolved:
        start(order, tmp_path / "run")
    assert len(convolved.images) > 50
    assert all(x.stride(1) == 1 for x in convolved.images)


def test_a_program_without_convolutions_gets_a_word():
    text = SPEC.replace("conv2d(4, 3, padding = 1); ", "").replace(
        "conv2d(6, 3, padding = 1); ", ""
    )
    training = prepared("delta", text=text).training
    notes = [event.text for event in training.run() if isinstance(event, Noted)]
    assert notes == ["no convolution of images: there is nothing to lay channels last"]


@pytest.mark.parametrize("tune", ["delta", "search"])
def test_a_run_says_its_layout_and_goes_on_in_it(tune, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("small.hspec").write_text(SPEC)
    order = Order(compile_text(SPEC).program, tune=tune, channels_last=True)
    steps = []

    def stopped(event):
        within = event.event if isinstance(event, Within) else event
        if isinstance(within, Stepped):
            steps.append(within)
            if len(steps) == 1:
                signal.raise_signal(signal.SIGINT)

    half = start(order, tmp_path / "half", sinks=[stopped])
    assert len(steps) == 1, "it was stopped"
    resume(half)
    flags = ("--tune", tune, "--channels-last", "--out", "whole")
    assert CliRunner().invoke(main, ["train", "small.hspec", *flags]).exit_code == 0
    assert json.loads(Path("whole/run.json").read_text())["channels_last"] is True
    assert (half / "model.safetensors").read_bytes() == Path(
        "whole/model.safetensors"
    ).read_bytes()
