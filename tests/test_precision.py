"""What `precision = bf16` rounds, and what it does not."""

import runpy
from pathlib import Path

import pytest
import torch
from attrs import evolve

from hypertune.compiler import compile_text
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

BENCHMARK = runpy.run_path(str(Path(__file__).parents[1] / "benchmarks" / "precision.py"))
# Weights hardly move, so that a step shows what responses alone are trained on.
SPEC = """
hspec 1
hyper p, q : rate = 0.2
data { source = digits; split = (train = 200, valid = 100); batch = 100 }
model (1, 8, 8) given * {
  conv2d(4, 3, padding = 1); relu; dropout(p); flatten; linear(16); relu; dropout(q); linear(10)
}
objective { train = cross_entropy; valid = cross_entropy }
tune delta { method = delta_stn(warmup = 1 epochs, LINEARISE); precision = PRECISION
  weights = sgd(lr = 1e-9); responses = sgd(lr = 0.1); hypers = rmsprop(lr = 0.01); steps = 9 }
"""


def trained(precision, linearise="true"):
    """A training after a step, and its state."""
    text = SPEC.replace("PRECISION", precision).replace("LINEARISE", f"linearise = {linearise}")
    training = prepare(place(compile_text(text).program, STANDARD, ("cpu",)), "delta").training
    next(training.run())
    training._advance()
    return training, training.state


def test_responses_of_delta_stn_learn_in_single_precision_and_weights_do_not():
    of = BENCHMARK["trained"]("convolutions", "delta_stn", epochs=3)
    found = BENCHMARK["distances"](of, draws=3, share=0.2)
    assert found["float32"]["responses"] < 1e-5
    assert found["bf16"]["responses"] < 1e-5
    assert found["all in bf16"]["responses"] > 1e-2, "which autocast alone would give"
    assert found["bf16"]["weights"] > 1e-3


@pytest.mark.parametrize("linearise", ["true", "false"])
def test_delta_stn_moves_responses_as_in_single_precision(linearise):
    (single, exact), (half, rounded) = (trained(p, linearise) for p in ("float32", "bf16"))
    for name, p in exact.response.detached.items():
        torch.testing.assert_close(rounded.response.detached[name], p, rtol=1e-5, atol=1e-7)
    assert any(p.any() for n, p in exact.response.detached.items() if "scale" in n)
    assert single._loss != half._loss


def test_what_asks_for_full_precision_has_it_already_where_nothing_is_rounded():
    training, state = trained("float32")
    sample = training.passes.train(0)
    at = training.conditioning()
    losses = [
        training.problem.inner(state.weights, evolve(at, full_precision=asked), sample)[0]
        for asked in (False, True)
    ]
    assert torch.equal(*losses)
