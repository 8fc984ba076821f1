"""Responses that diverge are seen as such, before they have spoilt the hyperparameters."""

import pytest
import torch

from hypertune.compiler import compile_text
from hypertune.lowering import place
from hypertune.runtime import Diverged, Ended, Reported
from hypertune.standard import STANDARD
from hypertune.tuning import prepare

SPEC = """
hspec 1
hyper drop  : rate = 0.3
hyper decay : log(1e-6, 1) = 1e-3 per batch
data { source = digits; split = (train = 256, valid = 128, test = 64); batch = 16 }
model (1, 8, 8) given * { flatten; dropout(drop); linear(16); relu; linear(10) }
objective { train = cross_entropy + l2(decay); valid = cross_entropy }
tune {
  method = METHOD(warmup = 4 steps, train_steps = 2)
  weights = sgd(lr = 0.05); responses = sgd(lr = LR); hypers = adam(lr = 0.01); epochs = 6
}
"""


@pytest.mark.parametrize("method", ["delta_stn", "stn"])
@pytest.mark.parametrize("rate", ["10", "1e6"])
def test_responses_that_diverge_are_named_and_the_hyperparameters_are_sound(method, rate):
    text = SPEC.replace("METHOD", method).replace("LR", rate)
    training = prepare(place(compile_text(text).program, STANDARD, ("cpu",))).training
    start_H = training.state.unconstrained_H
    events = list(training.run())
    (report,) = (e for e in events if isinstance(e, Reported))  # after the first epoch
    assert isinstance(events[-1], Ended)
    outcome = events[-1].outcome
    assert isinstance(outcome, Diverged)
    assert "smaller learning rate for `responses`" in outcome.advice
    assert "smaller perturbation scales" in outcome.advice
    assert all(map(torch.isfinite, map(torch.tensor, report.hypers.values())))
    moves = training.step // 2
    assert (training.state.unconstrained_H - start_H).abs().max() <= 0.01 * moves + 1e-6
