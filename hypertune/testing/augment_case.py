"""One use of an augmentation, and all that a law needs of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from attrs import evolve, frozen
from torch import Tensor

from hypertune.catalogue import Args, AugmentType, Tokens
from hypertune.ir import Ref, Shape
from hypertune.testing.seeding import seeded
from hypertune.testing.values import some_values
from hypertune.testing.writing import fragment, written

CLASSES = 4
TOKENS = Tokens(torch.arange(1, 8), 7, 0)  # seven, each as often as the others
_DRAWS = 2**16  # so far apart are the seeds of different draws


@frozen(repr=False)
class AugmentCase:
    """One use of an augmentation, and the seed of the numbers that a law feeds it."""

    kind: AugmentType
    args: Args
    shape: Shape
    examples: int
    seed: int

    def __repr__(self) -> str:
        return (
            f"{written(self.kind, self.args)} "
            f"on {self.examples} examples of {self.shape}, seed {self.seed}"
        )

    def fragment(self) -> str:
        """The setting of a spec in which it is used so."""
        return fragment(self.kind, self.args)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))

    def inputs(self, number: int = 0) -> Tensor:
        """A batch of numbers from 0 to 1, or of tokens; others for every `number`."""
        with seeded(self.seed + number):
            if self.kind.on == "tokens":
                return torch.randint(TOKENS.total, (self.examples, *self.shape))
            return torch.rand(self.examples, *self.shape).double()

    def strengths(self) -> dict[str, Tensor]:
        """A value for each example, of each argument that is a hyperparameter."""
        with seeded(self.seed + 1):
            return {
                arg.name: some_values(arg, self.examples)
                for arg in self.kind.args
                if isinstance(self.args[arg.name], Ref)
            }

    def run(self, x: Tensor, strengths: Mapping[str, Tensor], draw: int = 0) -> Tensor:
        """The batch after it; what it draws is the same for the same `draw`."""
        return self.run_with_targets(x, strengths, draw)[0]

    def run_with_targets(
        self, x: Tensor, strengths: Mapping[str, Tensor], draw: int = 0
    ) -> tuple[Tensor, Tensor]:
        """The batch and its targets after it."""
        augment = self.kind.build(self.args)
        y = torch.arange(len(x), device=x.device) % CLASSES
        with seeded(self.seed + draw * _DRAWS):
            if self.kind.mixes_targets:
                found: tuple[Tensor, Tensor] = augment(x, y, CLASSES, strengths)
                return found
            if self.kind.on == "tokens":
                return augment(x, TOKENS, strengths), y
            return augment(x, strengths), y

    def with_constants(self, i: int) -> AugmentCase:
        """The same with the strengths of example `i` as constants of all."""
        values = {name: value[i].item() for name, value in self.strengths().items()}
        return evolve(self, args={**self.args, **values})
