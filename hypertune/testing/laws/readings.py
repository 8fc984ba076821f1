"""The three readings of a layer: plain, responding, linearised."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.func import jvp

from hypertune.catalogue import LayerType
from hypertune.response import Layer
from hypertune.testing.case import (
    Case,
    Conditioning,
    evaluating,
    response_parameters,
    row,
    with_response,
    with_values,
)
from hypertune.testing.law import law, reads_numbers, responds, same

_STEP = 1e-6  # of finite differences


def _reads_values(kind: LayerType) -> bool:
    return any(arg.use is not None for arg in kind.args)


@law()
def gives_the_shape_it_declares(case: Case) -> None:
    found = case.run(case.initialised(), case.inputs(), case.conditioning()).shape[1:]
    declared = case.output_shape
    assert tuple(found) == declared, f"it declares {declared} and gives {tuple(found)}"


@law()
def treats_rows_alone(case: Case) -> None:
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    whole = case.run(layer, x, conditioning)
    for i in range(case.examples):
        others = case.noise(x, i)
        others[i] = x[i]
        found = case.run(layer, others, conditioning)
        same(found[i], whole[i], f"row {i} depends on other rows")
    layer = evaluating(layer)
    whole = case.run(layer, x, conditioning)
    for i in range(case.examples):
        alone = case.run(layer, x[i : i + 1], row(conditioning, i))
        same(alone[0], whole[i], f"row {i} comes out differently when it is alone")


@law(responds)
def responds_linearly(case: Case) -> None:
    """The output is an affine function of the response."""
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    if conditioning.response_BG is None:
        return

    def output(response_BG: Tensor) -> Tensor:
        return case.run(layer, x, with_response(conditioning, response_BG))

    here, there = conditioning.response_BG, case.noise(conditioning.response_BG)
    expected = 1.7 * output(here) - 0.7 * output(there)
    same(output(1.7 * here - 0.7 * there), expected, "its output is curved in the response")


@law(reads_numbers)
def linearises_to_its_derivative(case: Case) -> None:
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    dx = case.noise(x)
    y, dy = case.linearised(layer, x, dx, conditioning)
    assert dy is not None, "it drops the tangent of its input"
    expected_y, expected_dy = _derivative(case, layer, x, dx, conditioning)
    same(y, expected_y, "the output beside the tangent is not the unconditioned one")
    same(dy, expected_dy, "the tangent is not torch.func.jvp's")
    limit = _difference(case, layer, x, dx, conditioning)
    same(dy, limit, "the tangent is not the limit of differences", 1e-5)
    _hold_no_tangent(case, layer, x, conditioning)
    _hold_gradients(case, layer, x, dx, conditioning)


def _derivative(
    case: Case, layer: Layer, x: Tensor, dx: Tensor, conditioning: Conditioning
) -> tuple[Tensor, Tensor]:
    """The unconditioned output and its tangent, by forward-mode differentiation."""

    def output(x: Tensor, *delta: Tensor) -> Tensor:
        return case.run(layer, x, with_response(conditioning, delta[0] if delta else None))

    delta = () if conditioning.response_BG is None else (conditioning.response_BG,)
    point = (x, *map(torch.zeros_like, delta))
    y, dy, *_ = jvp(output, point, (dx, *delta))
    return y, dy


def _difference(
    case: Case, layer: Layer, x: Tensor, dx: Tensor, conditioning: Conditioning
) -> Tensor:
    def output(step: float) -> Tensor:
        response_BG = None if conditioning.response_BG is None else step * conditioning.response_BG
        return case.run(layer, x + step * dx, with_response(conditioning, response_BG))

    return (output(_STEP) - output(-_STEP)) / (2 * _STEP)


def _hold_no_tangent(case: Case, layer: Layer, x: Tensor, conditioning: Conditioning) -> None:
    """No tangent of the input is a tangent of zero, and free where nothing responds."""
    none = case.linearised(layer, x, None, conditioning)[1]
    zero = case.linearised(layer, x, torch.zeros_like(x), conditioning)[1]
    assert zero is not None, "it drops the tangent of its input"
    same(torch.zeros_like(zero) if none is None else none, zero, "no tangent is not a zero one")
    if conditioning.response_BG is None:
        assert none is None, "a tangent that is zero is computed"


def _hold_gradients(
    case: Case, layer: Layer, x: Tensor, dx: Tensor, conditioning: Conditioning
) -> None:
    """Responses are trained on the tangent: its gradient must be right as well."""
    dx = dx.requires_grad_()
    named = {"dx": dx} | response_parameters(layer)
    dy = case.linearised(layer, x, dx, conditioning)[1]
    assert dy is not None
    assert dy.requires_grad, "no gradient reaches the tangent"
    wanted = list(named.values())
    weighting = case.noise(dy, 1)
    expected = _derivative(case, layer, x, dx, conditioning)[1]
    found = torch.autograd.grad((dy * weighting).sum(), wanted, materialize_grads=True)
    right = torch.autograd.grad((expected * weighting).sum(), wanted, materialize_grads=True)
    for name, f, r in zip(named, found, right, strict=True):
        same(f, r, f"the gradient of the tangent by `{name}`")


@law(responds)
def responds_to_each_example_alone(case: Case) -> None:
    """A response for each example gives what one call for each gives."""
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    if conditioning.response_BG is None:
        return
    whole = case.run(layer, x, conditioning)
    for i in range(case.examples):
        shared = with_response(conditioning, conditioning.response_BG[i : i + 1])
        same(whole[i], case.run(layer, x, shared)[i], f"example {i} has not its own response")


@law(_reads_values)
def reads_the_values_of_each_example(case: Case) -> None:
    """Values for each example give what one call for each gives, the noise being the same."""
    layer, x, conditioning = case.perturbed(), case.inputs(), case.conditioning()
    whole = case.run(layer, x, conditioning)
    for i in range(case.examples):
        values = {name: v[i : i + 1] for name, v in conditioning.values.items()}
        found = case.run(layer, x, with_values(conditioning, values))
        same(found[i], whole[i], f"example {i} has not its own values")
