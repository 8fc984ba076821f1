"""What follows from how many training examples each class has."""

from __future__ import annotations

from typing import Any

import torch
from attrs import evolve
from torch import Tensor

from hypertune.catalogue import Catalogue, LossType
from hypertune.ir import Program, Term


def balanced(program: Program, catalogue: Catalogue, class_N: Tensor, classes: int) -> Program:
    """The program with numbers in the place of every `balanced`.

    A class counts the number of training examples over that of classes and that of its own
    examples: each counts as much as every other, and an example 1 in the mean.

    Args:
        program: what a loss counts classes by.
        catalogue: has its losses.
        class_N: the targets of the training part.
        classes: how many there are.

    """
    kinds = catalogue.of(LossType)

    def settled(term: Term) -> Term:
        written = kinds[term.loss.kind].per_class(term.loss.args)
        found = {
            name: _weights(class_N, classes) for name, given in written.items() if given == _WORD
        }
        return evolve(term, loss=evolve(term.loss, args={**term.loss.args, **found}))

    train, valid = (
        tuple(map(settled, terms)) for terms in (program.objective.train, program.objective.valid)
    )
    return evolve(program, objective=evolve(program.objective, train=train, valid=valid))


_WORD = "balanced"


def _weights(class_N: Tensor, classes: int) -> tuple[float, ...]:
    if class_N.is_meta:  # there are no examples where a plan is made
        return (1.0,) * classes
    count_C = class_N.flatten().bincount(minlength=classes)
    weight_C: Any = class_N.numel() / (classes * count_C.clamp(min=1).double())
    return tuple(weight_C.tolist())


def absent(class_N: Tensor, classes: int) -> list[int]:
    """The classes without any example among these."""
    count_C: Tensor = class_N.flatten().bincount(minlength=classes)
    found: list[int] = torch.nonzero(count_C == 0).flatten().tolist()
    return found
