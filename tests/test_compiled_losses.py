"""Losses that are taken from graphs: the same numbers, and a word where there is none."""

import shutil
from pathlib import Path

import pytest
import torch
from taking_up import run_from
from torch.testing import assert_close

from hypertune.compiler import compile_text
from hypertune.conditioning import Conditioning, Values
from hypertune.lowering import place
from hypertune.runtime import Batch, Graphs, Noted, Sample, inductor, stateless, traced
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPEC = """
hspec 1
hyper p, q : rate = 0.3
hyper decay : log(1e-8, 1) = 1e-3 per batch spread 0.3 fixed
data { source = digits; split = (train = 130, valid = 60); batch = 60 }
model (1, 8, 8) given * { conv2d(4, 3); batch_norm2d; relu; flatten; dropout(p); linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune delta { method = delta_stn(warmup = 1, train_steps = 2, response_share = 0.5)
  weights = sgd(lr = 0.1, momentum = 0.9); hypers = rmsprop(lr = 0.1); steps = 7 }
tune stn { method = stn(warmup = 1, train_steps = 2)
  weights = adam(lr = 0.01); hypers = rmsprop(lr = 0.1); steps = 7 }
tune one { method = stn; weights = sgd(lr = 0.1); hypers = rmsprop(lr = 0.1); steps = 1 }
"""


def trained(tune, compiled, restored=None, steps=None, precision="float32"):
    """Words, and a snapshot after so many steps; from a snapshot of before, if there is one."""
    text = SPEC.replace("steps = 7", f"steps = 7; precision = {precision}")
    program = place(compile_text(text).program, STANDARD, ("cpu",))
    training = prepare(program, tune, compiled=compiled).training
    return run_from(training, restored, steps)


@pytest.mark.parametrize("tune", ["delta", "stn"])
def test_a_training_by_graphs_is_the_training_without(tune):
    notes, found = trained(tune, traced)
    assert {note.split(":")[0] for note in notes} == {
        "made a graph of the training loss",
        "made a graph of the validation loss",
    }
    _, plain = trained(tune, None)
    assert_close(found["state"], plain["state"], rtol=1e-4, atol=1e-6)
    assert_close(found["passes"], plain["passes"], rtol=1e-4, atol=1e-6)


def test_a_training_by_graphs_goes_on_bit_for_bit():
    whole = trained("delta", traced)[1]
    _, half = trained("delta", traced, steps=4)
    _, found = trained("delta", traced, restored=half)
    for part in ("state", "passes", "loss"):
        assert_close(found[part], whole[part], rtol=0, atol=0)


def test_where_nothing_can_be_compiled_the_training_goes_on_with_a_word():
    def refuses(graph, given, weights):
        raise RuntimeError("there is no compiler\nand no hope")

    notes, found = trained("stn", refuses, steps=3)
    assert notes[0] == "the training loss is evaluated as it is: there is no compiler"
    assert_close(found["state"], trained("stn", None, steps=3)[1]["state"], rtol=0, atol=0)


def test_a_graph_that_gives_other_numbers_is_not_used():
    def wrong(graph, given, weights):
        return lambda *now: [2 * t if t is not None and t.dim() else t for t in graph(*now)]

    notes, found = trained("stn", wrong, steps=3)
    assert "gives other numbers" in notes[0]
    assert_close(found["state"], trained("stn", None, steps=3)[1]["state"], rtol=0, atol=0)


@pytest.mark.parametrize(
    ("precision", "factor", "used"),
    [("float32", 1.03, False), ("bf16", 1.03, True), ("bf16", 2.0, False)],
)
def test_what_passes_for_rounding_goes_by_the_precision(precision, factor, used):
    def rounded(graph, given, weights):
        return lambda *now: [factor * t if t is not None and t.dim() else t for t in graph(*now)]

    notes, _ = trained("stn", rounded, steps=1, precision=precision)
    assert notes[0].startswith("made a graph") is used


def test_a_method_that_differentiates_twice_compiles_nothing():
    ridge = (Path(__file__).parents[1] / "specs" / "ridge.hspec").read_text(encoding="utf-8")
    program = place(compile_text(ridge).program, STANDARD, ("cpu",))
    training = prepare(program, "implicit", compiled=traced).training
    events = training.run()
    notes = [next(events), next(events), next(events)]
    assert Noted(1, "`implicit` differentiates twice: losses are evaluated as they are") in notes


def test_gradients_of_a_graph_are_those_of_what_is_made_of_its_loss():
    weights = {n: torch.tensor([1.0, 2.0], requires_grad=True) for n in ("unused", "a", "b")}
    x = torch.tensor([3.0, 4.0])
    loss = stateless(lambda w, at, batch: (w["a"] * w["b"].square() * batch.inputs).sum())
    graphs = Graphs(loss, "training", {2}, (torch.default_generator,), notes := [], traced)
    at = Conditioning(Values(torch.zeros(1, 1), {"h": 0}))
    (5 * graphs(weights, at, Sample(Batch(x)))[0]).backward()
    assert notes[0].startswith("made a graph")
    assert weights["unused"].grad is None
    assert_close(weights["a"].grad, 5 * torch.tensor([1.0, 4.0]) * x)
    assert_close(weights["b"].grad, 5 * 2 * torch.tensor([1.0, 4.0]) * x)


@pytest.mark.skipif(not shutil.which("c++"), reason="torch compiles with a C++ compiler")
def test_what_torch_compiles_is_equal_to_rounding():
    # not with Adam, which makes whole steps of gradients that are zero but for rounding
    notes, found = trained("one", inductor)
    assert notes[0].startswith("made a graph")
    assert_close(found["state"], trained("one", None)[1]["state"], rtol=1e-3, atol=1e-5)
