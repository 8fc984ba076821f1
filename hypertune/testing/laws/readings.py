"""The three readings of a layer: plain, responding, linearised."""

from __future__ import annotations

import torch
from attrs import evolve
from torch import Tensor
from torch.func import jvp

from hypertune.catalogue import LayerType
from hypertune.response import Conditions, Layer
from hypertune.testing.case import Case, row
from hypertune.testing.law import law, responds, same

_STEP = 1e-6  # of finite differences


def _can_hear_values(kind: LayerType) -> bool:
    return any(arg.use is not None for arg in kind.args)


@law()
def gives_the_shape_it_declares(case: Case) -> None:
    found = case.run(case.born(), case.inputs(), case.heard()).shape[1:]
    declared = case.kind.output(case.args, case.shape)
    assert tuple(found) == declared, f"it declares {declared} and gives {tuple(found)}"


@law()
def treats_rows_alone(case: Case) -> None:
    layer, x, heard = case.stirred(), case.inputs(), case.heard()
    whole = case.run(layer, x, heard)
    for i in range(case.examples):
        others = case.noise(x, i)
        others[i] = x[i]
        same(case.run(layer, others, heard)[i], whole[i], f"row {i} depends on other rows")
    layer.eval()
    whole = case.run(layer, x, heard)
    for i in range(case.examples):
        alone = case.run(layer, x[i : i + 1], row(heard, i))
        same(alone[0], whole[i], f"row {i} comes out differently when it is alone")


@law(responds)
def answers_linearly(case: Case) -> None:
    """The output is an affine function of the response."""
    layer, x, heard = case.stirred(), case.inputs(), case.heard()
    if heard.delta_BG is None:
        return

    def answer(delta_BG: Tensor) -> Tensor:
        return case.run(layer, x, evolve(heard, delta_BG=delta_BG))

    here, there = heard.delta_BG, case.noise(heard.delta_BG)
    expected = 1.7 * answer(here) - 0.7 * answer(there)
    same(answer(1.7 * here - 0.7 * there), expected, "its answer to the response is curved")


@law()
def linearises_to_its_derivative(case: Case) -> None:
    layer, x, heard = case.stirred(), case.inputs(), case.heard()
    dx = case.noise(x)
    y, dy = case.linearised(layer, x, dx, heard)
    assert dy is not None, "it forgets the change of its input"
    expected_y, expected_dy = _derivative(case, layer, x, dx, heard)
    same(y, expected_y, "the output beside the change is not the silent one")
    same(dy, expected_dy, "the change is not torch.func.jvp's")
    same(dy, _difference(case, layer, x, dx, heard), "the change is not the limit", 1e-5)
    _hold_no_change(case, layer, x, heard)
    _hold_gradients(case, layer, x, dx, heard)


def _derivative(
    case: Case, layer: Layer, x: Tensor, dx: Tensor, heard: Conditions
) -> tuple[Tensor, Tensor]:
    """The output in silence and its first-order change, by forward-mode differentiation."""

    def answer(x: Tensor, *delta: Tensor) -> Tensor:
        return case.run(layer, x, evolve(heard, delta_BG=delta[0] if delta else None))

    delta = () if heard.delta_BG is None else (heard.delta_BG,)
    point = (x, *map(torch.zeros_like, delta))
    y, dy, *_ = jvp(answer, point, (dx, *delta))
    return y, dy


def _difference(case: Case, layer: Layer, x: Tensor, dx: Tensor, heard: Conditions) -> Tensor:
    def answer(step: float) -> Tensor:
        delta_BG = None if heard.delta_BG is None else step * heard.delta_BG
        return case.run(layer, x + step * dx, evolve(heard, delta_BG=delta_BG))

    return (answer(_STEP) - answer(-_STEP)) / (2 * _STEP)


def _hold_no_change(case: Case, layer: Layer, x: Tensor, heard: Conditions) -> None:
    """No change of the input is a change of zero, and free where nothing answers."""
    none = case.linearised(layer, x, None, heard)[1]
    zero = case.linearised(layer, x, torch.zeros_like(x), heard)[1]
    assert zero is not None, "it forgets the change of its input"
    same(torch.zeros_like(zero) if none is None else none, zero, "no change is not zero change")
    if heard.delta_BG is None:
        assert none is None, "a change that is zero is computed"


def _hold_gradients(case: Case, layer: Layer, x: Tensor, dx: Tensor, heard: Conditions) -> None:
    """Responses are trained on the change: its gradient must be right as well."""
    dx = dx.requires_grad_()
    named = {"dx": dx} | {k: p for k, p in layer.named_parameters() if k.startswith("response.")}
    dy = case.linearised(layer, x, dx, heard)[1]
    assert dy is not None
    assert dy.requires_grad, "no gradient reaches the change"
    wanted = list(named.values())
    weighting = case.noise(dy, 1)
    expected = _derivative(case, layer, x, dx, heard)[1]
    found = torch.autograd.grad((dy * weighting).sum(), wanted, materialize_grads=True)
    right = torch.autograd.grad((expected * weighting).sum(), wanted, materialize_grads=True)
    for name, f, r in zip(named, found, right, strict=True):
        same(f, r, f"the gradient of the change by `{name}`")


@law(responds)
def answers_each_example_as_if_alone(case: Case) -> None:
    """A response for each example gives what one call for each gives."""
    layer, x, heard = case.stirred(), case.inputs(), case.heard()
    if heard.delta_BG is None:
        return
    whole = case.run(layer, x, heard)
    for i in range(case.examples):
        shared = evolve(heard, delta_BG=heard.delta_BG[i : i + 1])
        expected = case.run(layer, x, shared)[i]
        same(whole[i], expected, f"example {i} does not hear its own response")


@law(_can_hear_values)
def hears_the_values_of_each_example(case: Case) -> None:
    """Values for each example give what one call for each gives, the noise being the same."""
    layer, x, heard = case.stirred(), case.inputs(), case.heard()
    whole = case.run(layer, x, heard)
    for i in range(case.examples):
        shared = evolve(heard, values={k: v[i : i + 1] for k, v in heard.values.items()})
        same(case.run(layer, x, shared)[i], whole[i], f"example {i} does not hear its own values")
