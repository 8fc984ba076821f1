"""What a layer is when it is initialised."""

from __future__ import annotations

from itertools import islice

import torch
from hypothesis import reject
from torch import Tensor

from hypertune.testing.case import Case, evaluating, response_parameters, unconditioned
from hypertune.testing.law import law, responds, responds_to_numbers, same
from hypertune.testing.statistics import hold_same_distribution

_INITIALISATIONS = 128
_STEP = 0.1  # of the gradient steps; any that moves will do


@law(responds)
def ignores_hyperparameters_when_initialised(case: Case) -> None:
    layer, x, conditioning = case.initialised(), case.inputs(), case.conditioning()
    plain = case.run(layer, x, unconditioned(conditioning))
    same(case.run(layer, x, conditioning), plain, "it responds already")


@law()
def is_initialised_by_its_seed(case: Case) -> None:
    first, second = case.initialised().state_dict(), case.initialised().state_dict()
    assert first.keys() == second.keys(), "the same seed gives other tensors"
    for name, tensor in first.items():
        same(second[name], tensor, f"the same seed gives another `{name}`")


@law()
def is_initialised_as_its_plain_twin(case: Case) -> None:
    """Every tensor of the base has the twin's distribution, pooled over 128 seeds.

    False alarms: at most 1e-9 per tensor where its numbers are drawn independently. A base of
    zeros, or a hundred times too large, is found in 97 of 100 tensors of a single number and in
    practically all larger ones, a factor of 1.5 in those of 8 numbers and more.
    """
    plain = unconditioned(case.conditioning())
    twins = case.plains(plain)
    expected = [twin.state_dict() for twin in islice(twins, _INITIALISATIONS)]
    layers = islice(case.initialisations(), _INITIALISATIONS)
    found = [case.folded(layer, plain) for layer in layers]
    assert found[0].keys() == expected[0].keys(), "it does not fold to the tensors of its twin"
    for name in expected[0]:
        hold_same_distribution(
            torch.cat([tensors[name].flatten() for tensors in found]),
            torch.cat([tensors[name].flatten() for tensors in expected]),
            f"`{name}` is not initialised as its plain twin's",
        )


@law(responds_to_numbers)
def can_learn_its_whole_response(case: Case) -> None:
    """Within two steps, a gradient reaches every response parameter and every given column."""
    layer, x, conditioning = evaluating(case.initialised()), case.inputs(), case.conditioning()
    if conditioning.response_BG is None or not any(True for _ in layer.parameters()):
        return
    x, response_BG = x.requires_grad_(), conditioning.response_BG.requires_grad_()
    parameters = response_parameters(layer)
    reached: set[str] = set()
    for _ in range(2):
        y = case.run_going_on(layer, x, conditioning)
        by_x, by_delta, *gradients = _gradients(case, y, [x, response_BG, *parameters.values()])
        if not by_x.any():
            reject()  # nothing of the input is seen, as when all windows lie in the padding
        named = dict(zip(parameters, gradients, strict=True))
        columns = {f"given column {i}": by_delta[:, i] for i in range(case.given)}
        reached |= {name for name, g in (named | columns).items() if g.any()}
        with torch.no_grad():
            for name, parameter in parameters.items():
                parameter.sub_(_STEP * named[name])
    idle = (parameters.keys() | columns.keys()) - reached
    assert not idle, f"in two steps from its initialisation no gradient reaches {sorted(idle)}"


def _gradients(case: Case, y: Tensor, of: list[Tensor]) -> tuple[Tensor, ...]:
    return torch.autograd.grad((y * case.noise(y)).sum(), of, materialize_grads=True)
