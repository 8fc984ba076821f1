"""What is done to training examples, each with its own strengths."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from hypertune.catalogue import AugmentType, Catalogue
from hypertune.ir import Program
from hypertune.lowering.passing import Passed, columns_of

Change = Callable[[Tensor, Mapping[str, Tensor]], Tensor]


class Augmentation:
    """The augmentations of a program in order: x and own values (B or 1 rows) to a changed x."""

    def __init__(self, program: Program, catalogue: Catalogue) -> None:
        kinds = catalogue.of(AugmentType)
        columns = columns_of(program, catalogue)
        self._changes: list[tuple[Change, Passed]] = [
            (
                kinds[call.kind].build(call.args),
                Passed(call.args, kinds[call.kind].args, columns),
            )
            for call in program.data.augment
        ]

    def __call__(self, x: Tensor, own_BH: Tensor) -> Tensor:
        for change, passed in self._changes:
            x = change(x, passed(own_BH))
        return x
