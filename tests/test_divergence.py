"""Responses that diverge are seen as such, before they have spoilt the hyperparameters."""

import re

import pytest
import torch

from hypertune.compiler import compile_text
from hypertune.lowering import place
from hypertune.runtime import Completed, Diverged, Ended, Reported
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


def trained(text):
    training = prepare(place(compile_text(text).program, STANDARD, ("cpu",))).training
    *_, report, ended = (e for e in training.run() if isinstance(e, Reported | Ended))
    return report, ended.outcome


@pytest.mark.parametrize("rate", ["5", "10"])
@pytest.mark.parametrize("hypers", ["sgd(lr = 0.1)", "sgd(lr = 1)"])
def test_hyperparameters_that_leap_with_responses_end_the_run_with_advice(rate, hypers):
    text = SPEC.replace("METHOD", "delta_stn").replace("LR", rate)
    report, outcome = trained(text.replace("adam(lr = 0.01)", hypers))
    assert isinstance(outcome, Diverged)
    assert "smaller learning rate for `responses`" in outcome.advice
    assert report.epoch < 6


def test_a_tuned_scale_that_has_become_nothing_ends_the_run_with_advice():
    text = SPEC.replace("METHOD", "delta_stn").replace("LR", "0.01")
    text = text.replace("epochs", "spreads = sgd(lr = 1e7); epochs")
    report, outcome = trained(text)
    assert 0 in report.statistics["perturbation_scale"].values()
    assert isinstance(outcome, Diverged)
    assert re.fullmatch("the perturbation scale of `(drop|decay)` is 0", outcome.what)
    assert "learning rate for the perturbation scales" in outcome.advice
    assert "smaller learning rate for `responses`" in outcome.advice


def test_scales_that_nobody_tunes_may_be_nothing():
    text = (
        SPEC.replace("METHOD", "delta_stn")
        .replace("LR", "0.01")
        .replace("epochs = 6", "steps = 20")
    )
    text = text.replace("rate = 0.3", "rate = 0.3 frozen").replace(
        "per batch", "spread 1e-9 fixed"
    )
    report, outcome = trained(text)
    assert max(report.statistics["perturbation_scale"].values()) < 1e-8
    assert isinstance(outcome, Completed)


def test_a_hyperparameter_may_end_where_its_domain_ends():
    text = SPEC.replace("METHOD", "delta_stn").replace("LR", "0.01")
    text = text.replace("adam(lr = 0.01)", "adam(lr = 30)").replace(
        "1e-3 per batch", "1e-3 spread 0.1 fixed"
    )
    text = text.replace("rate = 0.3", "rate = 0.3 spread 0.1 fixed")
    report, outcome = trained(text)
    assert isinstance(outcome, Completed)
    assert report.hypers["drop"] in (0.0, 0.95)
