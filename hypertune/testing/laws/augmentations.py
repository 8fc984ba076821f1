"""The laws of augmentations."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from attrs import evolve
from torch import Tensor

from hypertune.catalogue import AugmentType
from hypertune.testing.augment_case import CLASSES, AugmentCase
from hypertune.testing.law import Law, law, same
from hypertune.testing.statistics import drift

_LIMIT, _DRAWS, _ROWS = 7.0, 128, 8  # as for the noise of layers


def _mixes(kind: AugmentType) -> bool:
    return kind.mixes_targets


def _mixes_nothing(kind: AugmentType) -> bool:
    return not kind.mixes_targets


def _row(strengths: dict[str, Tensor], i: int) -> dict[str, Tensor]:
    return {name: value[i : i + 1] for name, value in strengths.items()}


@law()
def keeps_shape_and_dtype(case: AugmentCase) -> None:
    """And is not differentiated: what moves noise has no gradient."""
    tokens = case.kind.on == "tokens"
    for dtype in (torch.int64,) if tokens else (torch.float64, torch.float32):
        x = case.inputs().to(dtype)
        single = torch.float32 if tokens else dtype
        strengths = {k: v.to(single).requires_grad_() for k, v in case.strengths().items()}
        found = case.run(x, strengths)
        assert found.shape == x.shape, f"{tuple(x.shape)} becomes {tuple(found.shape)}"
        assert found.dtype == dtype, f"{dtype} becomes {found.dtype}"
        assert not found.requires_grad, "a gradient reaches its strengths"


@law()
def gives_the_same_for_the_same_draw(case: AugmentCase) -> None:
    """And leaves its input as it was."""
    x, strengths = case.inputs(), case.strengths()
    before, first = x.clone(), case.run(x, strengths)
    assert torch.equal(x, before), "it writes over its input"
    case.run(case.inputs(1), strengths, draw=1)
    same(case.run(x, strengths), first, "called again, it gives something else")


@law(_mixes_nothing)
def treats_rows_alone(case: AugmentCase) -> None:
    x, strengths = case.inputs(), case.strengths()
    whole = case.run(x, strengths)
    for i in range(case.examples):
        others = case.inputs(2)
        others[i] = x[i]
        same(case.run(others, strengths)[i], whole[i], f"row {i} depends on other rows")


@law(_mixes_nothing)
def has_strengths_of_each_example(case: AugmentCase) -> None:
    """Strengths for each example give what one call for each gives."""
    x, strengths = case.inputs(), case.strengths()
    whole = case.run(x, strengths)
    for i in range(case.examples):
        shared = case.run(x, _row(strengths, i))[i]
        same(shared, whole[i], f"example {i} has not its own strengths")


@law(_mixes_nothing)
def draws_for_each_row_alone(case: AugmentCase) -> None:
    """What is drawn for one row says nothing about another: 8 equal rows, 128 pairs of draws.

    False alarms: at most 5e-11.
    """
    x = case.inputs()[:1].expand(_ROWS, *case.shape).contiguous()
    strengths = _row(case.strengths(), 0)
    shuffle = torch.Generator().manual_seed(case.seed)
    products: list[Tensor] = []
    for draw in range(_DRAWS):
        first, second = (case.run(x, strengths, 2 * draw + i) for i in range(2))
        if draw == _ROWS and not any(products):
            return  # it does nothing, or hardly ever something
        up_B = (first - second).flatten(1).sum(1).sign()
        up_B = up_B[torch.randperm(_ROWS, generator=shuffle, device="cpu")]
        products.append((up_B[::2] * up_B[1::2]).sum().double())
    found = drift(torch.stack(products)[:, None])
    assert found < _LIMIT, f"what rows draw is not independent ({found:.1f} times chance)"


@law(_mixes)
def mixes_targets_that_add_up(case: AugmentCase) -> None:
    """Targets are shares of the classes."""
    x = case.inputs()
    _, y = case.run_with_targets(x, case.strengths())
    assert y.shape == (len(x), CLASSES), f"its targets have the shape {tuple(y.shape)}"
    assert (y >= 0).all(), "a share of a class is below zero"
    same(y.sum(1), torch.ones(len(x)).to(y), "the shares of the classes do not add up to one")


def does_nothing_at(neutral: Mapping[str, float]) -> Law:
    """The law that it does nothing where these are the values of its arguments."""

    def does_nothing_at_its_neutral_strengths(case: AugmentCase) -> None:
        x = case.inputs()
        neutral_case = evolve(case, args={**case.args, **neutral})
        strengths = {k: v for k, v in case.strengths().items() if k not in neutral}
        same(neutral_case.run(x, strengths), x, "it does something", 1e-6)

    return law()(does_nothing_at_its_neutral_strengths)


LAWS: tuple[Law, ...] = (
    keeps_shape_and_dtype,
    gives_the_same_for_the_same_draw,
    treats_rows_alone,
    has_strengths_of_each_example,
    draws_for_each_row_alone,
    mixes_targets_that_add_up,
)
