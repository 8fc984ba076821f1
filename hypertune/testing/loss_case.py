"""One use of a loss, and all that a law needs of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from attrs import evolve, field, frozen
from torch import Tensor

from hypertune.catalogue import Args, LossType
from hypertune.ir import Label, Ref
from hypertune.losses.loss_input import LossInput
from hypertune.testing.seeding import seeded
from hypertune.testing.values import some_values
from hypertune.testing.writing import fragment, written


@frozen
class Given:
    """The tensors that a loss is computed from.

    Shapes: `output` (B, C), `target` (B,) classes or (B, C) reals, `values` (B,), `squares` and
    `absolutes` (B,) and `row_squares` (B, O) for penalties; `weights` are base weights,
    `per_weight` a value for each, `per_class` one for each class (C,); `derivatives` (B, C, I)
    are those of outputs by inputs; `labelled` (B, T, C) are outputs of the layers that it names.
    """

    output: Tensor
    target: Tensor
    values: Mapping[str, Tensor]
    squares: Tensor
    absolutes: Tensor
    row_squares: Tensor
    derivatives: Tensor
    weights: Tensor
    per_weight: Mapping[str, Tensor] = field(factory=dict)
    per_class: Mapping[str, Tensor] = field(factory=dict)
    labelled: Mapping[str, Tensor] = field(factory=dict)

    def row(self, i: int) -> Given:
        """What is given for example `i` alone."""
        return evolve(
            self,
            output=self.output[i : i + 1],
            target=self.target[i : i + 1],
            values={name: value[i : i + 1] for name, value in self.values.items()},
            squares=self.squares[i : i + 1],
            absolutes=self.absolutes[i : i + 1],
            row_squares=self.row_squares[i : i + 1],
            derivatives=self.derivatives[i : i + 1],
            labelled={name: y[i : i + 1] for name, y in self.labelled.items()},
        )


@frozen(repr=False)
class LossCase:
    """One use of a loss, and the seed of the numbers that a law feeds it; all are double."""

    kind: LossType
    args: Args
    examples: int
    outputs: int  # classes, or numbers of a real target
    seed: int

    def __repr__(self) -> str:
        of = f"{self.examples} examples of {self.outputs} outputs"
        return f"{written(self.kind, self.args)} on {of}, seed {self.seed}"

    def fragment(self) -> str:
        """The setting of a spec in which it is used so."""
        return fragment(self.kind, self.args)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def given(self) -> Given:
        """Outputs, targets, values of hyperparameters, and effective weights."""
        with seeded(self.seed):
            output = torch.randn(self.examples, self.outputs).double()
            weights = torch.randn(6).double()
            effective = weights + torch.randn(self.examples, 6).double()
            derivatives = torch.randn(self.examples, self.outputs, 5).double()
            real = torch.randn(self.examples, self.outputs).double()
            classes = torch.randint(self.outputs, (self.examples,))
            values = {
                arg.name: some_values(arg, self.examples)
                for arg in self.kind.args
                if isinstance(self.args[arg.name], Ref)
            }
            labelled = {
                name: torch.randn(self.examples, 4, 3).double()
                for name, value in self.args.items()
                if isinstance(value, Label)
            }
            per_class = {
                name: torch.rand(self.outputs).double() for name in self.kind.per_class(self.args)
            }
        target = real if self.kind.targets == "real" else classes
        squares, absolutes = effective.square().sum(1), effective.abs().sum(1)
        rows = effective.view(-1, 3, 2).square().sum(2)
        return Given(
            output,
            target,
            values,
            squares,
            absolutes,
            rows,
            derivatives,
            weights,
            per_class=per_class,
            labelled=labelled,
        )

    def run(self, given: Given) -> Tensor:
        """The loss; what it draws is the same each time."""
        loss = self.kind.build(self.args)
        with seeded(self.seed):
            found: Tensor = loss(self._input(given))
        return found

    def _input(self, given: Given) -> LossInput:
        return LossInput(
            output=given.output,
            target=given.target,
            values=given.values,
            squares=lambda: given.squares,
            absolutes=lambda: given.absolutes,
            row_squares=lambda: [given.row_squares],
            by_inputs=lambda along: torch.einsum("bc,bci->bi", along, given.derivatives),
            weights=lambda: [given.weights[:2], given.weights[2:].view(2, 2)],
            per_weight=given.per_weight,
            per_class=given.per_class,
            outputs=given.labelled,
        )

    def with_constants(self, values: Mapping[str, float]) -> LossCase:
        """The same with these constants in the place of arguments."""
        return evolve(self, args={**self.args, **values})
