"""The laws of losses and penalties."""

from __future__ import annotations

from typing import Any

import torch
from attrs import evolve
from torch import Tensor
from torch.autograd.gradcheck import GradcheckError, gradcheck

from hypertune.catalogue import LossType, Use
from hypertune.testing.law import Law, law, same
from hypertune.testing.loss_case import Given, LossCase


def _weighs_examples(kind: LossType) -> bool:
    return any(arg.name == "weight" for arg in kind.args)


def _takes_a_value_for_each_weight(kind: LossType) -> bool:
    return any(arg.each == "weight" for arg in kind.args)


def _takes_a_number_for_each_class(kind: LossType) -> bool:
    return any(arg.count == "classes" for arg in kind.args)


def _tunable(kind: LossType) -> bool:
    return any(arg.use is not None for arg in kind.args)


@law()
def is_the_mean_over_examples(case: LossCase) -> None:
    """A number, of the dtype of the output, that is the mean of the losses of single examples."""
    given = case.given()
    found = case.run(given)
    assert found.shape == (), f"it has the shape {tuple(found.shape)}"
    assert found.dtype == torch.float64, f"of float64 it makes {found.dtype}"
    alone = torch.stack([case.run(given.row(i)) for i in range(case.examples)])
    same(found, alone.mean(), "it is not the mean of the losses of its examples")


@law(_tunable)
def takes_a_hyperparameter_as_a_constant(case: LossCase) -> None:
    """A value that is the same for all examples means what the number in its place means."""
    given = case.given()
    values = {name: value[:1] for name, value in given.values.items()}
    constants = case.with_constants({name: value.item() for name, value in values.items()})
    expected = constants.run(evolve(given, values={}))
    found = case.run(evolve(given, values=values))
    same(found, expected, "constants and hyperparameters of one value differ")


@law(_weighs_examples)
def weighs_each_example_by_its_weight(case: LossCase) -> None:
    """With weights it is the mean over examples of weight times loss."""
    given = case.given()
    weight = given.values["weight"] if "weight" in given.values else float(case.args["weight"])
    bare = case.with_constants({"weight": 1.0})
    values = {name: value for name, value in given.values.items() if name != "weight"}
    given_bare = evolve(given, values=values)
    alone = torch.stack([bare.run(given_bare.row(i)) for i in range(case.examples)])
    same(case.run(given), (weight * alone).mean(), "its weights do not weigh its examples")


@law(_takes_a_value_for_each_weight)
def takes_a_value_for_each_weight(case: LossCase) -> None:
    """Equal values for all weights are one value, and the loss is linear in them."""
    given = case.given()
    weights = given.weights
    given = evolve(
        given,
        squares=weights.square().sum().reshape(1),
        absolutes=weights.abs().sum().reshape(1),
    )
    for arg in case.kind.args:
        if arg.each != "weight":
            continue

        others = {name: value for name, value in given.values.items() if name != arg.name}
        without = evolve(given, values=others)

        def of(values_P: Tensor, name: str = arg.name, given: Given = without) -> Tensor:
            return case.run(evolve(given, per_weight={name: values_P}))

        value = torch.full((1,), 0.7, dtype=torch.float64)
        one = evolve(given, values={**others, arg.name: value})
        same(of(torch.full_like(weights, 0.7)), case.run(one), f"one `{arg.name}` for all")
        first, second = weights.exp(), weights.square()
        same(of(first + 2 * second), of(first) + 2 * of(second), f"it bends in `{arg.name}`")


@law(_takes_a_number_for_each_class)
def takes_a_number_for_each_class(case: LossCase) -> None:
    """Ones change nothing, and the loss is linear in them."""
    given = case.given()
    for arg in case.kind.args:
        if arg.count != "classes":
            continue

        def of(values_C: Tensor, name: str = arg.name) -> Tensor:
            return case.run(evolve(given, per_class={**given.per_class, name: values_C}))

        rest = {name: values for name, values in given.per_class.items() if name != arg.name}
        ones = torch.ones(case.outputs, dtype=torch.float64)
        same(of(ones), case.run(evolve(given, per_class=rest)), f"ones as `{arg.name}` count")
        first, second = ones.cumsum(0), ones.cumsum(0).square()
        same(of(first + 2 * second), of(first) + 2 * of(second), f"it bends in `{arg.name}`")


@law()
def has_the_gradient_of_finite_differences(case: LossCase) -> None:
    """By the output, the effective weights, the derivatives and every smooth value."""
    given = case.given()
    smooth = [a.name for a in case.kind.args if a.use is Use.SMOOTH and a.name in given.values]
    of = ["output", "squares", "absolutes", "row_squares", "derivatives"]
    points = [*(getattr(given, name) for name in of), *(given.values[n] for n in smooth)]
    inputs = [t.clone().requires_grad_() for t in points]

    def loss(*tensors: Tensor) -> Tensor:
        read: dict[str, Any] = dict(zip(of, tensors, strict=False))
        values = dict(zip(smooth, tensors[len(of) :], strict=True))
        found = case.run(evolve(given, **read, values={**given.values, **values}))
        return found + 0 * sum(tensor.sum() for tensor in tensors)  # no loss reads all

    try:
        gradcheck(loss, inputs, fast_mode=True)
    except GradcheckError as different:
        names = ", ".join([*of, *smooth])
        raise AssertionError(f"of ({names}): {different}") from different


LAWS: tuple[Law, ...] = (
    is_the_mean_over_examples,
    takes_a_hyperparameter_as_a_constant,
    weighs_each_example_by_its_weight,
    takes_a_value_for_each_weight,
    takes_a_number_for_each_class,
    has_the_gradient_of_finite_differences,
)
