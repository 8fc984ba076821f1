"""Compiled specs under `implicit` and `unrolled`."""

import re
import runpy
from pathlib import Path

import pytest
import torch
from attrs import evolve
from click.testing import CliRunner

from hypertune import compile_text
from hypertune.cli import main
from hypertune.ir import Quantity
from hypertune.lowering import place
from hypertune.methods.algorithms.curvature import Curvature
from hypertune.runtime import Reported
from hypertune.runtime.snapshots import copied
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPECS = Path(__file__).parents[1] / "specs"
NOISY = """\
hspec 1
hyper decay : log(1e-6, 1) = 1e-2
data {
  source = digits
  split  = (train = 10%, valid = 10%, test = 10%)
  batch  = 32
}
model (1, 8, 8) { flatten; linear(8); tanh; dropout(0.5); linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune implicit {
  method  = implicit(solver = neumann(terms = 3, scale = 0.02), inner_steps = 2)
  weights = sgd(lr = 0.05, momentum = 0.9)
  hypers  = adam(lr = 0.05)
  steps   = 8
}
tune unrolled {
  method  = unrolled(window = 3)
  weights = adam(lr = 0.01)
  hypers  = adam(lr = 0.05)
  steps   = 8
}
"""


def prepared(text, tune="", steps=None):
    program = place(compile_text(text, "a.hspec").program, STANDARD, ("cpu",))
    if steps is not None:
        tunes = tuple(evolve(t, length=Quantity(steps, "steps")) for t in program.tunes)
        program = evolve(program, tunes=tunes)
    return prepare(program, tune)


def test_products_of_a_compiled_network_with_dropout_are_symmetric():
    training = prepared(NOISY).training
    weights = {n: w.double().requires_grad_() for n, w in training.state.weights.items()}
    sample = training.passes.train(0)
    sample = evolve(sample, batch=evolve(sample.batch, inputs=sample.batch.inputs.double()))
    generator = torch.Generator().manual_seed(0)
    x, y = (
        [torch.randn(w.shape, generator=generator, dtype=w.dtype) for w in weights.values()]
        for _ in range(2)
    )

    def product(v, sample):
        loss = training.passes.inner(weights, training.conditioning(), sample)
        return Curvature(loss, list(weights.values())).product(v)

    def dot(one, two):
        return float(sum((p * q).sum() for p, q in zip(one, two, strict=True)))

    assert dot(product(x, sample), y) == pytest.approx(dot(x, product(y, sample)), abs=1e-10)
    other = sample.redrawn(1)
    assert abs(dot(product(x, sample), y) - dot(x, product(y, other))) > 1e-6


@pytest.mark.parametrize("tune", ["implicit", "unrolled"])
def test_a_compiled_run_that_is_taken_up_goes_exactly_the_same_way(tune):
    one, two = (prepared(NOISY, tune).training for _ in range(2))
    going = one.run()
    while one.step < 5:
        next(going)
    two.restore(copied(one.snapshot()))
    list(going), list(two.run())

    assert one.step == two.step == 8
    assert torch.equal(one.state.unconstrained_H, two.state.unconstrained_H)
    assert not torch.equal(one.state.unconstrained_H, one.problem.hypers.start_H)
    for name, w in one.state.weights.items():
        assert torch.equal(w, two.state.weights[name])


@pytest.mark.parametrize("tune", ["implicit", "unrolled"])
def test_a_penalty_for_each_feature_lowers_the_validation_loss(tune):
    text = (SPECS / "ridge.hspec").read_text()
    ready = prepared(text, tune, steps=20)
    reports = [event for event in ready.training.run() if isinstance(event, Reported)]

    assert len(ready.training.state.vectors["decays"]) == 10
    assert reports[-1].valid_loss < reports[0].valid_loss
    assert reports[-1].statistics


@pytest.mark.parametrize("tune", ["implicit", "unrolled"])
def test_the_test_part_is_not_touched(tune):
    ready = prepared(NOISY, tune)
    again = prepared(NOISY, tune)
    again.sets.test.x.fill_(torch.nan)
    for each in (ready, again):
        list(each.training.run())

    for name, w in ready.training.state.weights.items():
        assert torch.equal(w, again.training.state.weights[name])


def test_learnt_weights_of_examples_tell_wrong_labels():
    """The figures of the whole spec are those of `benchmarks/clean_labels.py`."""
    text = (SPECS / "clean_labels.hspec").read_text()
    ready = prepared(text, steps=15)
    clean = prepared(text.replace("corrupt = labels(40%)", ""), steps=1)
    list(ready.training.run())

    keep, right = ready.training.state.vectors["keep"], ready.sets.train.y == clean.sets.train.y
    assert 0.55 < right.double().mean() < 0.65
    ranks = keep.argsort().argsort().double() + 1
    pairs = right.sum() * (~right).sum()
    area = (ranks[right].sum() - right.sum() * (right.sum() + 1) / 2) / pairs
    assert area > 0.88


def test_a_network_too_large_for_the_exact_solve_is_refused_in_words(tmp_path):
    text = NOISY.replace("neumann(terms = 3, scale = 0.02)", "exact(limit = 100)")
    (tmp_path / "a.hspec").write_text(text, encoding="utf-8")
    asked = ["train", str(tmp_path / "a.hspec"), "--device", "cpu", "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 4
    assert "error: the solver `exact` takes at most 100 weights, and here are 610" in done.stderr
    assert not (tmp_path / "run").exists()


VECTORS = """\
hspec 1
hyper decays[weight] : log(1e-6, 1) = 1e-2
hyper keep[example] : rate = 0.9
data { source = digits; split = (train = 10%, valid = 10%, test = 10%); batch = 32 }
model (1, 8, 8) { flatten; linear(10) }
objective { train = cross_entropy(weight = keep) + l2(decays); valid = cross_entropy }
tune {
  method = implicit(solver = identity, inner_steps = 2); weights = sgd(lr = 0.1)
  hypers = adam(lr = 0.1); epochs = 2
}
"""


def test_a_run_with_vectors_is_closed_and_exported(tmp_path):
    (tmp_path / "a.hspec").write_text(VECTORS, encoding="utf-8")
    asked = ["train", str(tmp_path / "a.hspec"), "--device", "cpu", "--out", str(tmp_path / "run")]
    done = CliRunner().invoke(main, asked)
    assert done.exit_code == 0
    assert re.search(r"decays\[median\] +0\.01 +0\.\d+", done.stdout)
    asked = ["export", str(tmp_path / "run"), "-o", str(tmp_path / "net.py")]
    assert CliRunner().invoke(main, asked).exit_code == 0
    network = runpy.run_path(str(tmp_path / "net.py"))["load"]()
    assert network(torch.rand(3, 1, 8, 8)).shape == (3, 10)
