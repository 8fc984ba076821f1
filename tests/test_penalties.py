"""A penalty in a spec reaches the training loss, and nothing else."""

import pytest
import torch
from tiny import TINY

from hypertune.compiler import compile_text
from hypertune.lowering import place
from hypertune.standard import STANDARD
from hypertune.tuning import prepare


@pytest.mark.parametrize(
    ("penalty", "size"),
    [("l2(decay)", lambda w: w.square().sum() / 2), ("l1(decay)", lambda w: w.abs().sum())],
)
def test_a_penalty_weighs_the_weights_of_the_network(penalty, size):
    compiled = compile_text(TINY.replace("l2(decay)", penalty))
    prepared = prepare(place(compiled.program, STANDARD, ("cpu",)), "tuned")
    problem, state = prepared.training.problem, prepared.training.state
    sample = prepared.training.passes.train(0)
    conditioning = problem.hypers.conditioning(problem.hypers.start_H[None])
    inner, _ = problem.inner(state.weights, conditioning, sample)
    outer, _ = problem.outer(state.weights, conditioning, sample)
    added = inner - outer
    weights = state.weights["layers.linear_1.weight"]
    assert torch.allclose(added, 0.01 * size(weights), rtol=1e-4)
