"""The parameters of a layer: all used, each in one group, all in the state dict."""

from __future__ import annotations

import torch
from hypothesis import reject
from torch import Tensor

from hypertune.response import Layer
from hypertune.testing.case import (
    Case,
    Conditioning,
    evaluating,
    response_parameters,
    unconditioned,
)
from hypertune.testing.law import law, reads_numbers, same


@law(reads_numbers)
def uses_every_parameter(case: Case) -> None:
    """The base in every reading, the response only where it is conditioned.

    A layer that has no base parameters, as its arguments may say, has nothing that responds.
    """
    layer, x, conditioning = evaluating(case.perturbed()), case.inputs(), case.conditioning()
    base, response = _groups(layer)
    both = list(layer.named_parameters(remove_duplicate=False))
    assert len({id(p) for _, p in both}) == len(both), "a parameter stands in two places"
    responds = case.given > 0 and bool(base)
    assert bool(response) == responds, "there are response parameters, or none, wrongly"
    plain = _reached(case, layer, x, unconditioned(conditioning))
    assert plain == base, (
        f"unconditioned, gradients reach {sorted(plain)} instead of {sorted(base)}"
    )
    idle = (base | response) - _reached(case, layer, x, conditioning)
    assert not idle, f"no gradient reaches {sorted(idle)}"


def _groups(layer: Layer) -> tuple[set[str], set[str]]:
    response = set(response_parameters(layer))
    return {name for name, _ in layer.named_parameters()} - response, response


def _reached(case: Case, layer: Layer, x: Tensor, conditioning: Conditioning) -> set[str]:
    """The parameters that the output depends on."""
    x = x.clone().requires_grad_()
    y = case.run_going_on(layer, x, conditioning)
    named = dict(layer.named_parameters())
    outputs = (y * case.noise(y)).sum()
    if not outputs.requires_grad:
        return set()
    by_x, *gradients = torch.autograd.grad(outputs, [x, *named.values()], materialize_grads=True)
    if not by_x.any():
        reject()  # nothing of the input is seen, as when all windows lie in the padding
    return {name for name, g in zip(named, gradients, strict=True) if g.any()}


@law()
def is_its_state_dict(case: Case) -> None:
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    other = case.another()
    other.load_state_dict(layer.state_dict())
    expected = case.run(layer, x, conditioning)
    same(case.run(other, x, conditioning), expected, "its state dict is not all of it")


@law()
def runs_functionally(case: Case) -> None:
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    state = {name: p.detach() for name, p in layer.named_parameters()}
    found = case.run_with(case.initialised(), state, x, conditioning)
    expected = case.run(layer, x, conditioning)
    same(found, expected, "it does not read the parameters that it is given")
