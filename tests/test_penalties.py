"""A penalty in a spec reaches the training loss, and nothing else."""

import pytest
import torch
from tiny import TINY

from hypertune.compiler import compile_text
from hypertune.losses.per_weight import ABSOLUTES, SQUARES, penalty
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


@pytest.mark.parametrize("norm", [SQUARES, ABSOLUTES], ids=["squares", "absolutes"])
def test_derivatives_of_a_penalty_per_weight_are_those_of_finite_differences(norm):
    generator = torch.Generator().manual_seed(0)
    inputs = [
        torch.randn(shape, generator=generator, dtype=torch.float64).requires_grad_()
        for shape in (10, (2, 3), 4)
    ]

    def found(strengths, *weights):
        return penalty(strengths, weights, norm)

    strengths, first, second = inputs
    expected = torch.dot(strengths[:6], norm.value(first).flatten())
    expected = expected + torch.dot(strengths[6:], norm.value(second))
    assert torch.allclose(found(*inputs), expected)
    assert torch.autograd.gradcheck(found, inputs, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(found, inputs, check_fwd_over_rev=True)


def test_a_penalty_per_weight_keeps_no_copy_of_the_weights_for_its_derivatives():
    strengths, weight = torch.rand(12), torch.rand(3, 4, requires_grad=True)
    own = {strengths.untyped_storage().data_ptr(), weight.untyped_storage().data_ptr()}
    kept = set()

    def note(tensor):
        if tensor.numel() > 1:
            kept.add(tensor.untyped_storage().data_ptr())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        value = penalty(strengths, [weight], SQUARES)
        torch.autograd.grad(value, weight, create_graph=True)
    assert kept <= own
